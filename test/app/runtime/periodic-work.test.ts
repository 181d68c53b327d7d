import { afterEach, describe, expect, it, vi } from "vitest";
import { periodicWork } from "../../../src/app/runtime/periodic-work.ts";

describe("periodic work", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is run after each interval until it is closed", async () => {
    vi.useFakeTimers();
    const runs: string[] = [];
    const opened = periodicWork({ add: (what) => runs.push(what) }, "looking", async () => undefined, 60);
    vi.advanceTimersByTime(59_000);
    expect(runs).toEqual([]);
    vi.advanceTimersByTime(61_000);
    expect(runs).toEqual(["looking", "looking"]);
    await opened.close();
    vi.advanceTimersByTime(600_000);
    expect(runs).toHaveLength(2);
  });
});
