import { setImmediate as yieldToEventLoop } from "node:timers/promises";

/** Number of items that are sorted before yielding to the event loop. */
const runLength = 500;

/** A stable merge sort that yields to the event loop between runs, for lists of any length. Returns a sorted copy. */
export const sortWithYields = async <T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Promise<readonly T[]> => {
  let runs: (readonly T[])[] = [];
  for (let start = 0; start < items.length; start += runLength) {
    if (start > 0) await yieldToEventLoop();
    runs.push(items.slice(start, start + runLength).sort(compare));
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let start = 0; start < runs.length; start += 2) {
      await yieldToEventLoop();
      merged.push(merge(runs[start] ?? [], runs[start + 1] ?? [], compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
};

const merge = <T>(left: readonly T[], right: readonly T[], compare: (a: T, b: T) => number): readonly T[] => {
  const merged: T[] = [];
  let [l, r] = [0, 0];
  for (;;) {
    const [a, b] = [left[l], right[r]];
    if (a === undefined || b === undefined) return merged.concat(left.slice(l), right.slice(r));
    if (compare(a, b) <= 0) {
      merged.push(a);
      l += 1;
    } else {
      merged.push(b);
      r += 1;
    }
  }
};
