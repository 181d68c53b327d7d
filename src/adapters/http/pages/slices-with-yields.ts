import { setImmediate as yieldToEventLoop } from "node:timers/promises";

/** Splits a long list into slices of `length` items, and yields to the event loop between them. */
export const slicesWithYields = async function* <T>(
  items: readonly T[],
  length: number,
): AsyncGenerator<readonly T[]> {
  for (let start = 0; start < items.length; start += length) {
    if (start > 0) await yieldToEventLoop();
    yield items.slice(start, start + length);
  }
};
