import { setImmediate as nextTurn } from "node:timers/promises";

/** Splits a long list into slices of `length` items, and yields to the event loop between them. */
export const slicesInTurns = async function* <T>(
  items: readonly T[],
  length: number,
): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length; at += length) {
    if (at > 0) await nextTurn();
    yield items.slice(at, at + length);
  }
};
