import { expect, test } from "vitest";
import { settleAll } from "../../../src/app/runtime/settle-all.ts";

const later = async <T>(value: T): Promise<T> => {
  await new Promise((resolve) => setImmediate(resolve));
  return value;
};

test("Everything is given in the order in which it was asked for", async () => {
  expect(await settleAll([later(1), "two", undefined, later("four")])).toEqual([1, "two", undefined, "four"]);
});

test("A failure is thrown only when the others are over too", async () => {
  let isOver = false;
  const slow = later(1).then(() => {
    isOver = true;
  });
  await expect(settleAll([Promise.reject(new Error("no")), slow])).rejects.toThrow("no");
  expect(isOver).toBe(true);
});

test("Of several failures the first in order is thrown", async () => {
  const failing = [
    later(1).then(() => Promise.reject(new Error("first"))),
    Promise.reject(new Error("second")),
  ];
  await expect(settleAll(failing)).rejects.toThrow("first");
});
