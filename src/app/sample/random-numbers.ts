/** Numbers that look random and are the same for the same seed, on every machine. */
export interface RandomNumbers {
  /** At least 0, below 1. */
  uniform(): number;
  /** A whole number of at least 0, below `end`. */
  below(end: number): number;
  normal(mean: number, deviation: number): number;
  gamma(shape: number, scale: number): number;
  poisson(mean: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
  shuffled<T>(items: readonly T[]): T[];
}

/** SplitMix32: a counter stepped by the golden ratio, its bits then mixed. */
const splitMix32 = (seed: number) => {
  let state = seed | 0;
  return (): number => {
    state = (state + 0x9e3779b9) | 0;
    let bits = state ^ (state >>> 16);
    bits = Math.imul(bits, 0x21f0aaad);
    bits ^= bits >>> 15;
    bits = Math.imul(bits, 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
};

export const seededNumbers = (seed: number): RandomNumbers => {
  const uniform = splitMix32(seed);
  const below = (end: number) => Math.floor(uniform() * end);

  /** Box and Muller's method. */
  const normal = (mean: number, deviation: number) =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

  /** Marsaglia and Tsang's method, with their boost for shapes below 1. */
  const gamma = (shape: number, scale: number): number => {
    if (shape < 1) return gamma(shape + 1, scale) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = normal(0, 1);
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return d * v * scale;
    }
  };

  /** Knuth's method, for small means. */
  const poisson = (mean: number) => {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count += 1;
    return count;
  };

  const weighted = <Name extends string>(weights: Readonly<Record<Name, number>>): Name => {
    const names = Object.keys(weights) as [Name, ...Name[]];
    let left = uniform() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    return names[0];
  };

  const shuffled = <T>(items: readonly T[]): T[] =>
    items
      .map((item) => ({ item, order: uniform() }))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item);

  return {
    uniform,
    below,
    normal,
    gamma,
    poisson,
    pick: <T>(choices: readonly [T, ...T[]]) => choices[below(choices.length)] ?? choices[0],
    weighted,
    shuffled,
  };
};
