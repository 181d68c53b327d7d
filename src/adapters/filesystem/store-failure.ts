import { StoreDown, StoreFull } from "../../domain/failure.ts";

export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);

/** There is no such file, or something that is no folder stands where its folder should be. */
export const isMissing = (error: unknown): boolean => hasCode(error, "ENOENT");

/** What the operating system refuses (full disk, read-only, no permission, input or output error). */
const isSystemError = (error: unknown): boolean =>
  error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";

const asStoreDown = (error: unknown): unknown => {
  if (!isSystemError(error)) return error;
  if (hasCode(error, "ENOSPC", "EDQUOT")) return new StoreFull({ cause: error });
  return new StoreDown({ cause: error, lasting: hasCode(error, "EROFS", "EACCES", "EPERM") });
};

/** Runs something on the disk: what the system refuses leaves as StoreDown, a full disk as StoreFull. */
export const onDisk = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw asStoreDown(error);
  }
};

/** The same for what is listed bit by bit; what its reader throws is not touched. */
export async function* listedOnDisk<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    throw asStoreDown(error);
  }
}
