import { StoreDown, StoreFull } from "../../domain/failure.ts";
import { diskFault, hasCode } from "../shared/disk-fault.ts";

/** There is no such file, or something that is no folder stands where its folder should be. */
export const isMissing = (error: unknown): boolean => hasCode(error, "ENOENT");

const asStoreDown = (error: unknown): unknown => {
  const fault = diskFault(error);
  if (fault === undefined) return error;
  if (fault === "full") return new StoreFull({ cause: error });
  return new StoreDown({ cause: error, lasting: fault === "lasting" });
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
