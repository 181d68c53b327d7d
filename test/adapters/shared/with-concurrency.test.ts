import { describe, expect, it } from "vitest";
import { QueueBusy } from "../../../src/adapters/shared/bounded-queue.ts";
import { withConcurrency } from "../../../src/adapters/shared/with-concurrency.ts";

const full = (error: unknown) => {
  if (error instanceof QueueBusy) return "full";
  throw error;
};

describe("work with limited concurrency", () => {
  it("lets so many run, so many wait, and turns the others away", async () => {
    const inTurn = withConcurrency({ atOnce: 2, waiting: 1, patience: 10 });
    let running = 0;
    let most = 0;
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      return "done";
    };
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => inTurn(work).catch(full)));
    expect(outcomes).toEqual(["done", "done", "done", "full"]);
    expect(most).toBe(2);
    expect(await inTurn(work)).toBe("done");
  });

  it("goes on after work that failed", async () => {
    const inTurn = withConcurrency({ atOnce: 1, waiting: 1, patience: 10 });
    const failing = inTurn(() => Promise.reject(new Error("broken")));
    const next = inTurn(async () => "done");
    await expect(failing).rejects.toThrow("broken");
    expect(await next).toBe("done");
  });

  it("turns away who has waited for too long, and keeps no place for them", async () => {
    const inTurn = withConcurrency({ atOnce: 1, waiting: 1, patience: 0.01 });
    const { promise, resolve } = Promise.withResolvers<string>();
    const slow = inTurn(() => promise);
    await expect(inTurn(async () => "too late")).rejects.toThrow(QueueBusy);
    resolve("slow");
    expect(await slow).toBe("slow");
    expect(await inTurn(async () => "next")).toBe("next");
  });
});
