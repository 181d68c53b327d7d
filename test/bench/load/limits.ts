/** Prints measurements beside their limits; the process fails when a limit is exceeded. */
export interface Limits {
  atMost(what: string, value: number, limit: number, unit: string): void;
  atLeast(what: string, value: number, limit: number, unit: string): void;
}

const print = (isKept: boolean, what: string, value: number, bound: string, unit: string): void => {
  const shown = value.toFixed(value < 10 ? 2 : 0);
  process.stdout.write(
    `${what}: ${shown} ${unit} (limit: ${bound} ${unit}, ${isKept ? "kept" : "BROKEN"})\n`,
  );
  if (!isKept) process.exitCode = 1;
};

export const limits: Limits = {
  // NaN exceeds every limit, since nothing was measured.
  atMost: (what, value, limit, unit) => print(value <= limit, what, value, `at most ${limit}`, unit),
  atLeast: (what, value, limit, unit) => print(value >= limit, what, value, `at least ${limit}`, unit),
};

export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

export const quantile = (numbers: readonly number[], part: number): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};
