import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { memoizeAsync } from "../../../src/adapters/shared/memoize-async.ts";

interface Source {
  readonly text: string;
}

/** A memoized function whose computations the test finishes, with the keys that asked for admission. */
const setup = () => {
  const computations: { finish(): void; fail(error: Error): void }[] = [];
  const admitted: string[] = [];
  const memoized = memoizeAsync<{ value: string }, Source>({
    maxSize: 1000,
    sizeOf: ({ value }) => value.length,
    compute: (source, setTtl) =>
      new Promise((resolve, reject) => {
        if (source.text === "brief") setTtl(0.01);
        computations.push({ finish: () => resolve({ value: `${source.text}!` }), fail: reject });
      }),
  });
  const call = (text: string) =>
    memoized(text, { text }, (run) => {
      admitted.push(text);
      return run();
    });
  return { computations, admitted, call };
};

describe("a memoized asynchronous function", () => {
  it("computes a value once for all callers, of whom only the first needs admission", async () => {
    const { computations, admitted, call } = setup();
    const calls = [call("a"), call("a")];
    await nextTurn();
    computations[0]?.finish();
    const [first, second] = await Promise.all(calls);
    expect([first, second, await call("a")]).toEqual([{ value: "a!" }, first, first]);
    expect([computations.length, admitted]).toEqual([1, ["a"]]);
  });

  it("throws an error to all who wait, and computes the value again at the next call", async () => {
    const { computations, admitted, call } = setup();
    const calls = [call("a"), call("a")];
    computations[0]?.fail(new Error("no paper"));
    for (const each of calls) await expect(each).rejects.toThrow("no paper");
    const next = call("a");
    computations[1]?.finish();
    expect([await next, admitted]).toEqual([{ value: "a!" }, ["a", "a"]]);
  });

  it("computes a value again once it has expired or was evicted", async () => {
    const { computations, admitted, call } = setup();
    for (const text of ["brief", "brief", "b".repeat(600), "c".repeat(600), "b".repeat(600)]) {
      const value = call(text);
      computations.at(-1)?.finish();
      await value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([computations.length, admitted.length]).toEqual([5, 5]);
  });
});
