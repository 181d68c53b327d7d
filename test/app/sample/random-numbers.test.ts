import { describe, expect, it } from "vitest";
import { seededNumbers } from "../../../src/app/sample/random-numbers.ts";

const many = (draw: () => number) => Array.from({ length: 20_000 }, draw);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]) => {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
};

describe("numbers from a seed", () => {
  it("are the same for the same seed only", () => {
    const [one, same, other] = [seededNumbers(1), seededNumbers(1), seededNumbers(2)];
    const drawn = Array.from({ length: 5 }, one.uniform);
    expect(Array.from({ length: 5 }, same.uniform)).toEqual(drawn);
    expect(Array.from({ length: 5 }, other.uniform)).not.toEqual(drawn);
  });

  it("lie evenly between 0 and 1", () => {
    const drawn = many(seededNumbers(3).uniform);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(mean(drawn)).toBeCloseTo(1 / 2, 1);
    expect(variance(drawn)).toBeCloseTo(1 / 12, 2);
  });

  it("have the mean and variance of their distribution", () => {
    const random = seededNumbers(4);
    const normal = many(() => random.normal(5, 2));
    const gamma = many(() => random.gamma(4, 0.5));
    const skewed = many(() => random.gamma(0.5, 2));
    const poisson = many(() => random.poisson(3));
    expect([mean(normal), variance(normal)].map(Math.round)).toEqual([5, 4]);
    expect([mean(gamma), variance(gamma)].map(Math.round)).toEqual([2, 1]);
    expect([mean(skewed), variance(skewed)].map(Math.round)).toEqual([1, 2]);
    expect([mean(poisson), variance(poisson)].map(Math.round)).toEqual([3, 3]);
  });

  it("pick each name as often as its weight says", () => {
    const random = seededNumbers(5);
    const often = many(() => (random.weighted({ often: 3, seldom: 1, never: 0 }) === "often" ? 1 : 0));
    expect(mean(often)).toBeCloseTo(0.75, 1);
    expect(new Set(Array.from({ length: 500 }, () => random.weighted({ a: 1, b: 1, never: 0 })))).toEqual(
      new Set(["a", "b"]),
    );
  });

  it("shuffle without losing anything, and leave the original alone", () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    const shuffled = seededNumbers(6).shuffled(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
