import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { QueueBusy } from "../../../src/adapters/shared/bounded-queue.ts";
import { memoryBudget } from "../../../src/adapters/shared/memory-budget.ts";
import type { WorkerPool, WorkerPoolOptions } from "../../../src/adapters/shared/worker-pool.ts";
import { workerPool } from "../../../src/adapters/shared/worker-pool.ts";
import { LimitExceeded, ThreadNotStarted } from "../../../src/adapters/shared/worker-thread.ts";
import type { Task } from "./test-worker.ts";

const defaults: WorkerPoolOptions = {
  module: new URL("./test-worker.ts", import.meta.url),
  maxThreads: 1,
  memory: 32,
  taskTimeout: 0.2,
  maxQueue: 2,
  queueTimeout: 20,
};

const open: WorkerPool<Task, unknown>[] = [];
const poolWith = (options: Partial<WorkerPoolOptions> = {}): WorkerPool<Task, unknown> => {
  const pool = workerPool<Task, unknown>({ ...defaults, ...options });
  open.push(pool);
  return pool;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

const returning = (text: string): Task => ({ do: "return", text });

describe("a pool of worker threads", () => {
  it("returns each task's own result, and transfers bytes without copying them", async () => {
    const pool = poolWith({ maxThreads: 2 });
    expect(await Promise.all(["a", "b", "c"].map((text) => pool.run(returning(text))))).toEqual([
      "a",
      "b",
      "c",
    ]);
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await pool.run({ do: "transfer", bytes }, [bytes.buffer])).toEqual(new Uint8Array([1, 2, 3]));
    expect(bytes).toHaveLength(0);
  });

  it("rejects with what a task throws, and runs the next task", async () => {
    const pool = poolWith();
    await expect(pool.run({ do: "throw" })).rejects.toThrow("line 3 makes no sense");
    expect(await pool.run(returning("still here"))).toBe("still here");
  });

  it("ends a task that takes too long, without blocking this thread, and runs the next one in a new thread", async () => {
    const pool = poolWith();
    let turns = 0;
    const counting = setInterval(() => void turns++, 5);
    const [looped, next] = await Promise.allSettled([pool.run({ do: "loop" }), pool.run(returning("next"))]);
    clearInterval(counting);
    expect(looped).toMatchObject({ reason: { limit: "time" } });
    expect(next).toMatchObject({ value: "next" });
    expect(turns).toBeGreaterThan(5);
  });

  it("ends a task that takes too much memory, and runs the next one", async () => {
    const pool = poolWith({ taskTimeout: 20 });
    const failure = await pool.run({ do: "allocate" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LimitExceeded);
    expect(failure).toMatchObject({ limit: "memory" });
    expect(await pool.run(returning("still here"))).toBe("still here");
  });

  it("reports no exceeded limit when a thread exits by itself", async () => {
    const pool = poolWith();
    const failure = await pool.run({ do: "exit" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(LimitExceeded);
    expect(await pool.run(returning("still here"))).toBe("still here");
  });

  it("throws ThreadNotStarted, with the cause, when a thread cannot load its modules", async () => {
    const pool = poolWith({ module: new URL("data:text/javascript,import 'no-such-package'") });
    const failure = await pool.run(returning("never")).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ThreadNotStarted);
    expect(String((failure as Error).cause)).toContain("no-such-package");
  });

  it("bounds the queue in length and in time", async () => {
    const pool = poolWith({ maxQueue: 1, queueTimeout: 0.1, taskTimeout: 20 });
    await pool.run(returning("a thread has started"));
    const running = pool.run({ do: "pause", milliseconds: 500 });
    const waiting = pool.run(returning("too late"));
    await expect(pool.run(returning("too many"))).rejects.toThrow(QueueBusy);
    await expect(waiting).rejects.toThrow(QueueBusy);
    expect(await running).toBe("paused");
    expect(await pool.run(returning("again"))).toBe("again");
  });

  it("does not count the time in the queue as a task's own", async () => {
    const pool = poolWith({ taskTimeout: 0.4, maxQueue: 4 });
    const all = await Promise.all(
      Array.from({ length: 4 }, () => pool.run({ do: "pause", milliseconds: 150 })),
    );
    expect(all).toHaveLength(4);
  });

  it("gives its threads neither this process's environment nor its flags", async () => {
    expect(await poolWith().run({ do: "report-environment" })).toEqual([[], []]);
  });

  it("keeps the output of its threads out of the log", async () => {
    const script = `
      const { workerPool } = await import("./src/adapters/shared/worker-pool.ts");
      const module = new URL("file://${new URL("./test-worker.ts", import.meta.url).pathname}");
      const pool = workerPool({ module, maxThreads: 1, memory: 32, taskTimeout: 5, maxQueue: 1, queueTimeout: 5 });
      console.log(await pool.run({ do: "print" }));
      await pool.close();`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "-e",
      script,
    ]);
    expect([stdout, stderr]).toEqual(["printed\n", ""]);
  });

  it("ends running tasks and rejects waiting ones when it is closed", async () => {
    const pool = poolWith({ taskTimeout: 60 });
    const tasks = Promise.allSettled([pool.run({ do: "loop" }), pool.run(returning("never"))]);
    await pause(50);
    await pool.close();
    expect((await tasks).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(pool.run(returning("never"))).rejects.toThrow(QueueBusy);
  });

  describe("that shares a memory budget with others", () => {
    it("waits until memory is free, and is granted it before later requests", async () => {
      const budget = memoryBudget(64);
      const [small, large] = [
        poolWith({ budget, maxThreads: 2, maxQueue: 4, taskTimeout: 20 }),
        poolWith({ budget, memory: 64, taskTimeout: 20 }),
      ];
      const order: unknown[] = [];
      const record = (result: unknown) => order.push(result);
      await Promise.all([
        small.run({ do: "pause", milliseconds: 300 }).then(record),
        large.run(returning("large")).then(record),
        small.run(returning("small, later")).then(record),
      ]);
      expect(order).toEqual(["paused", "large", "small, later"]);
    });

    it("ends its idle threads for others", async () => {
      const budget = memoryBudget(64);
      const [first, second] = [
        poolWith({ budget, memory: 64, idleTimeout: 60 }),
        poolWith({ budget, memory: 64, idleTimeout: 60, queueTimeout: 5 }),
      ];
      for (const text of ["a", "b"]) {
        expect(await first.run(returning(text))).toBe(text);
        expect(await second.run(returning(text))).toBe(text);
      }
    });

    it("acquires no memory for tasks that no longer wait, and releases that of threads that a limit has ended", async () => {
      const budget = memoryBudget(32);
      const [first, second] = [poolWith({ budget }), poolWith({ budget, queueTimeout: 0.05 })];
      const looping = first.run({ do: "loop" });
      await expect(second.run(returning("too late"))).rejects.toThrow(QueueBusy);
      await expect(looping).rejects.toThrow(LimitExceeded);
      expect(await first.run(returning("again"))).toBe("again");
      expect(await second.run(returning("now"))).toBe("now");
    });

    it("releases its memory when it is closed", async () => {
      const budget = memoryBudget(32);
      const first = poolWith({ budget, taskTimeout: 60 });
      const ended = first.run({ do: "loop" }).catch(() => "ended");
      await pause(50);
      await first.close();
      expect(await ended).toBe("ended");
      expect(await poolWith({ budget }).run(returning("free"))).toBe("free");
    });

    it("cannot have threads that need more than the budget", () => {
      expect(() => poolWith({ budget: memoryBudget(31) })).toThrow(RangeError);
    });
  });
});
