import type { FileHandle } from "node:fs/promises";
import { StoreDown } from "../../../domain/failure.ts";
import { onDisk } from "../store-failure.ts";

const chunkBytes = 65_536;

/**
 * The bytes of an open file from an offset on. The file is closed at the end, at `return()` and when the signal
 * is aborted, whichever comes first. (An async generator would not do: `return()` before its first `next()`
 * runs none of its code, and the file would stay open.)
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
    signal.removeEventListener("abort", stop);
    closed ??= onDisk(() => file.close());
    return closed;
  };
  const stop = (): void => {
    // Whoever reads on hears of the abort; that closing failed as well is of no use to them.
    close().catch(() => undefined);
  };
  signal.addEventListener("abort", stop, { once: true });

  const read = async (): Promise<Uint8Array> => {
    const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, end - position));
    const { bytesRead } = await onDisk(() => file.read(chunk, 0, chunk.length, position));
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
