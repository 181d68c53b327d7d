import type { Readable } from "node:stream";
import { StoreDown } from "../../domain/failure.ts";
import { asStoreDown } from "./store-failure.ts";

/** In milliseconds: how long the store may stand still in the middle of an object. */
const patience = 30_000;

const soon = async <T>(work: Promise<T>, onTimeout: (reason: Error) => void): Promise<T> => {
  const timer = setTimeout(
    () => onTimeout(new StoreDown({ cause: new Error("The store stopped in the middle of an object.") })),
    patience,
  );
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
};

/**
 * The body of an answer, which must be as long as was announced. Its socket is free again as soon as it has
 * ended, was left, or the signal was aborted; an async generator would not do, since leaving one that never
 * began runs nothing.
 */
export const downloadOf = (body: Readable, size: number, signal: AbortSignal): AsyncIterable<Uint8Array> => {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let received = 0;
  let left = false;
  const onAbort = () => body.destroy(signal.reason instanceof Error ? signal.reason : new Error("Aborted."));
  // Until somebody reads, nobody else listens, and an error that nobody listens to ends the process.
  body.on("error", () => undefined);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });

  const leave = () => {
    left = true;
    signal.removeEventListener("abort", onAbort);
    body.destroy();
  };

  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    if (left) return { done: true, value: undefined };
    try {
      const step = await soon(chunks.next(), (reason) => body.destroy(reason));
      if (left) return { done: true, value: undefined };
      if (!step.done) {
        received += step.value.length;
        return step;
      }
      if (received !== size) throw new Error(`The store sent ${received} bytes of ${size}.`);
      leave();
      return { done: true, value: undefined };
    } catch (error) {
      leave();
      throw signal.aborted ? signal.reason : asStoreDown(error);
    }
  };

  const iterator: AsyncIterator<Uint8Array> = {
    next,
    async return() {
      leave();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
};
