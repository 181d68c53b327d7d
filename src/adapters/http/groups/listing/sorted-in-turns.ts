import { setImmediate as nextTurn } from "node:timers/promises";

/** Number of items that are sorted before yielding to the event loop. */
const runLength = 500;

/** A stable merge sort that yields to the event loop between runs, for lists of any length. Returns a sorted copy. */
export const sortedInTurns = async <T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Promise<readonly T[]> => {
  let runs: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += runLength) {
    if (at > 0) await nextTurn();
    runs.push(items.slice(at, at + runLength).sort(compare));
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2) {
      await nextTurn();
      merged.push(merge(runs[at] ?? [], runs[at + 1] ?? [], compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
};

const merge = <T>(left: readonly T[], right: readonly T[], compare: (a: T, b: T) => number): readonly T[] => {
  const all: T[] = [];
  let [l, r] = [0, 0];
  for (;;) {
    const [a, b] = [left[l], right[r]];
    if (a === undefined || b === undefined) return all.concat(left.slice(l), right.slice(r));
    if (compare(a, b) <= 0) {
      all.push(a);
      l += 1;
    } else {
      all.push(b);
      r += 1;
    }
  }
};
