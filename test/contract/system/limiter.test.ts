import { expect, it } from "vitest";
import { memoryLimiters } from "../../../src/adapters/memory/limiter.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { limiterContract } from "./limiter.contract.ts";

limiterContract("memory", async () => {
  const clock = manualClock();
  const open = memoryLimiters(clock);
  return {
    open,
    another: async () => open,
    passSeconds: async (seconds) => clock.pass(seconds),
    close: async () => undefined,
  };
});

it("the limiter in memory evicts the least recently used keys", async () => {
  const limiter = memoryLimiters(manualClock())("test", { burst: 1, interval: 60 });
  await limiter.attempt("first");
  for (let key = 0; key < 19_999; key += 1) await limiter.attempt(String(key));
  expect(await limiter.attempt("0")).toBe(60);
  await limiter.attempt("one more");
  expect(await limiter.attempt("first")).toBe(0);
});

it("the limiter in memory does not extend a wait when the clock is set back", async () => {
  const clock = manualClock();
  const limiter = memoryLimiters(clock)("test", { burst: 2, interval: 60 });
  await limiter.attempt("key");
  await limiter.attempt("key");
  clock.pass(-1_000_000);
  expect(await limiter.attempt("key")).toBe(60);
});
