import { StoreDown, StoreFull } from "../../domain/failure.ts";
import { diskFault, hasCode } from "../shared/disk-fault.ts";

/** Whether a file, or a folder on the way to it, does not exist (ENOENT). */
export const isMissing = (error: unknown): boolean => hasCode(error, "ENOENT");

/** The operation's result; undefined when it failed with ENOENT. */
export const undefinedIfMissing = async <T>(operation: Promise<T>): Promise<T | undefined> => {
  try {
    return await operation;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Whether the operation succeeded; false when it failed with ENOENT. */
export const falseIfMissing = async (operation: Promise<unknown>): Promise<boolean> => {
  try {
    await operation;
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

const toStoreFailure = (error: unknown): unknown => {
  const fault = diskFault(error);
  if (fault === undefined) return error;
  if (fault === "full") return new StoreFull({ cause: error });
  return new StoreDown({ cause: error, lasting: fault === "permanent" });
};

/** Runs an operation and maps the operating system's errors to StoreDown, or StoreFull when there is no space left. */
export const mapDiskErrors = async <T>(operation: () => Promise<T>): Promise<T> => {
  try {
    return await operation();
  } catch (error) {
    throw toStoreFailure(error);
  }
};

/** As {@link mapDiskErrors}, for an iteration. Errors that its consumer throws stay as they are. */
export async function* mapIterationErrors<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    throw toStoreFailure(error);
  }
}
