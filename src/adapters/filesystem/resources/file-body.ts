import type { FileHandle } from "node:fs/promises";
import { StoreDown } from "../../../domain/failure.ts";
import { mapDiskErrors } from "../store-failure.ts";

const chunkBytes = 65_536;

/**
 * Iterates over `size` bytes of an open file, from an offset on. The file is closed at the end, by `return()`, or when
 * the signal is aborted. Throws StoreDown, and the signal's reason. This is no async generator, since `return()` before
 * the first `next()` would run none of its code and leave the file open.
 */
export const fileBody = (
  file: FileHandle,
  offset: number,
  size: number,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> => {
  const end = offset + size;
  let position = offset;
  let closed: Promise<void> | undefined;

  const close = (): Promise<void> => {
    signal.removeEventListener("abort", onAbort);
    closed ??= mapDiskErrors(() => file.close());
    return closed;
  };
  const onAbort = (): void => {
    // The next read throws the signal's reason; an error of close() would tell the consumer nothing more.
    close().catch(() => undefined);
  };
  signal.addEventListener("abort", onAbort, { once: true });

  const read = async (): Promise<Uint8Array> => {
    const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, end - position));
    const { bytesRead } = await mapDiskErrors(() => file.read(chunk, 0, chunk.length, position));
    if (bytesRead === 0) throw new StoreDown({ cause: new Error("A stored object's file was cut off.") });
    position += bytesRead;
    return chunk.subarray(0, bytesRead);
  };

  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    try {
      signal.throwIfAborted();
      if (closed === undefined && position < end) return { done: false, value: await read() };
    } catch (error) {
      await close();
      signal.throwIfAborted();
      throw error;
    }
    await close();
    return { done: true, value: undefined };
  };

  const iterator: AsyncIterableIterator<Uint8Array, undefined> = {
    next,
    async return() {
      await close();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};
