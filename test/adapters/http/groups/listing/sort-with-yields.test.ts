import { expect, it } from "vitest";
import { sortWithYields } from "../../../../../src/adapters/http/groups/listing/sort-with-yields.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, i) => (i * 7919) % 1009);
const byValue = (a: number, b: number) => a - b;

it.each([0, 1, 499, 500, 501, 1000, 1001, 5003])("sorts %i items as toSorted does", async (count) => {
  const items = numbers(count);
  expect(await sortWithYields(items, byValue)).toEqual(items.toSorted(byValue));
  expect(items).toEqual(numbers(count));
});

it("is stable", async () => {
  const items = numbers(3000).map((value, index) => ({ value: value % 5, index }));
  const byValueOnly = (a: { value: number }, b: { value: number }) => a.value - b.value;
  expect(await sortWithYields(items, byValueOnly)).toEqual(items.toSorted(byValueOnly));
});

it("yields to the event loop", async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  await sortWithYields(numbers(50_000), byValue);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
});
