import type { Readable } from "node:stream";
import { StoreDown } from "../../domain/failure.ts";
import { asStoreDown } from "./store-failure.ts";

/** In milliseconds: how long the store may send nothing in the middle of an object. */
const stallTimeout = 30_000;

const withStallTimeout = async <T>(work: Promise<T>, onTimeout: (reason: Error) => void): Promise<T> => {
  const timer = setTimeout(
    () => onTimeout(new StoreDown({ cause: new Error("The store stopped in the middle of an object.") })),
    stallTimeout,
  );
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
};

/**
 * A response's body, which throws StoreDown unless it is `size` bytes long. Its socket is released when the body
 * ends, when its iterator returns, or when the signal is aborted. This is no async generator, because `return` on one
 * that has not been started would run none of its code.
 */
export const downloadBody = (
  body: Readable,
  size: number,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> => {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let received = 0;
  let isClosed = false;
  const onAbort = () => body.destroy(signal.reason instanceof Error ? signal.reason : new Error("Aborted."));
  // An "error" event without a listener ends the process, and there may be none before the first read.
  body.on("error", () => undefined);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });

  const close = () => {
    isClosed = true;
    signal.removeEventListener("abort", onAbort);
    body.destroy();
  };

  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    if (isClosed) return { done: true, value: undefined };
    try {
      const result = await withStallTimeout(chunks.next(), (reason) => body.destroy(reason));
      if (isClosed) return { done: true, value: undefined };
      if (!result.done) {
        received += result.value.length;
        return result;
      }
      if (received !== size) throw new Error(`The store sent ${received} bytes of ${size}.`);
      close();
      return { done: true, value: undefined };
    } catch (error) {
      close();
      throw signal.aborted ? signal.reason : asStoreDown(error);
    }
  };

  const iterator: AsyncIterator<Uint8Array> = {
    next,
    async return() {
      close();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
};
