import { describe, expect, it } from "vitest";
import { retryOnConflict } from "../../../src/adapters/shared/retry-on-conflict.ts";

const limits = { timeoutMs: 100, pauseMs: 1, factor: 1 };

/** An attempt with so many conflicts before its result. */
const conflicts = (times: number, result: () => string = () => "done") => {
  const attempts: number[] = [];
  const attempt = async (): Promise<string> => {
    attempts.push(performance.now());
    return attempts.length > times ? result() : "conflict";
  };
  return { attempt, attempts };
};

const timedOut = () => "too late";

describe("a retry on conflict", () => {
  it("repeats until there is a result, which may be undefined", async () => {
    const { attempt, attempts } = conflicts(3);
    expect(await retryOnConflict(attempt, limits, timedOut)).toBe("done");
    expect(attempts).toHaveLength(4);
    expect(
      await retryOnConflict<string | undefined>(async () => undefined, limits, timedOut),
    ).toBeUndefined();
  });

  it("ends at the timeout, with the result or the error of onTimeout", async () => {
    const { attempt, attempts } = conflicts(Number.POSITIVE_INFINITY);
    const startedAt = performance.now();
    expect(await retryOnConflict(attempt, limits, timedOut)).toBe("too late");
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(99);
    expect(attempts.length).toBeGreaterThan(1);
    const outage = new RangeError("of the store");
    const fail = (): string => {
      throw outage;
    };
    await expect(retryOnConflict(attempt, limits, fail)).rejects.toBe(outage);
  });

  it("makes one attempt when the timeout is zero", async () => {
    const { attempt, attempts } = conflicts(1);
    expect(await retryOnConflict(attempt, { ...limits, timeoutMs: 0 }, timedOut)).toBe("too late");
    expect(attempts).toHaveLength(1);
  });

  it("does not repeat an attempt that throws", async () => {
    const fault = new Error("of the disk");
    const { attempt, attempts } = conflicts(1, () => {
      throw fault;
    });
    await expect(retryOnConflict(attempt, limits, timedOut)).rejects.toBe(fault);
    expect(attempts).toHaveLength(2);
  });

  it("retries immediately a few times, and then with growing, random pauses", async () => {
    const { attempt, attempts } = conflicts(5);
    await retryOnConflict(attempt, { timeoutMs: 5000, pauseMs: 20, factor: 3, immediately: 2 }, timedOut);
    const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(Math.max(...pauses.slice(0, 2))).toBeLessThan(20);
    expect(pauses[2]).toBeGreaterThanOrEqual(19);
    expect(pauses[4]).toBeGreaterThan(3 * 3 * 19);
    expect(new Set(pauses.map(Math.floor)).size).toBeGreaterThan(2);
  });
});
