import { describe, expect, it } from "vitest";
import { QueueBusy } from "../../../src/adapters/shared/bounded-queue.ts";
import { withConcurrency } from "../../../src/adapters/shared/with-concurrency.ts";

const rejected = (error: unknown) => {
  if (error instanceof QueueBusy) return "rejected";
  throw error;
};

describe("work with limited concurrency", () => {
  it("runs up to the limit, queues up to the limit, and rejects the rest", async () => {
    const limited = withConcurrency({ concurrency: 2, maxQueue: 1, queueTimeout: 10 });
    let running = 0;
    let maxRunning = 0;
    const work = async () => {
      running += 1;
      maxRunning = Math.max(maxRunning, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      return "done";
    };
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => limited(work).catch(rejected)));
    expect(outcomes).toEqual(["done", "done", "done", "rejected"]);
    expect(maxRunning).toBe(2);
    expect(await limited(work)).toBe("done");
  });

  it("runs the next work after one that failed", async () => {
    const limited = withConcurrency({ concurrency: 1, maxQueue: 1, queueTimeout: 10 });
    const failing = limited(() => Promise.reject(new Error("broken")));
    const next = limited(async () => "done");
    await expect(failing).rejects.toThrow("broken");
    expect(await next).toBe("done");
  });

  it("rejects work that has waited for too long, and gives its slot to others", async () => {
    const limited = withConcurrency({ concurrency: 1, maxQueue: 1, queueTimeout: 0.01 });
    const { promise, resolve } = Promise.withResolvers<string>();
    const slow = limited(() => promise);
    await expect(limited(async () => "too late")).rejects.toThrow(QueueBusy);
    resolve("slow");
    expect(await slow).toBe("slow");
    expect(await limited(async () => "next")).toBe("next");
  });
});
