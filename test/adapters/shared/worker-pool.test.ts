import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { QueueBusy } from "../../../src/adapters/shared/bounded-queue.ts";
import { threadMemory } from "../../../src/adapters/shared/thread-memory.ts";
import type { WorkerPool, WorkerPoolOptions } from "../../../src/adapters/shared/worker-pool.ts";
import { workerPool } from "../../../src/adapters/shared/worker-pool.ts";
import { OverLimit, ThreadNotStarted } from "../../../src/adapters/shared/worker-thread.ts";
import type { Task } from "./tasks.ts";

const usual: WorkerPoolOptions = {
  module: new URL("./tasks.ts", import.meta.url),
  threads: 1,
  memory: 32,
  timeLimit: 0.2,
  queue: 2,
  patience: 20,
};

const open: WorkerPool<Task, unknown>[] = [];
const poolWith = (options: Partial<WorkerPoolOptions> = {}): WorkerPool<Task, unknown> => {
  const pool = workerPool<Task, unknown>({ ...usual, ...options });
  open.push(pool);
  return pool;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

const answer = (text: string): Task => ({ do: "answer", with: text });

describe("a pool of worker threads", () => {
  it("answers each task with its own result, and moves bytes without copying them", async () => {
    const pool = poolWith({ threads: 2 });
    expect(await Promise.all(["a", "b", "c"].map((text) => pool.run(answer(text))))).toEqual(["a", "b", "c"]);
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await pool.run({ do: "move", bytes }, [bytes.buffer])).toEqual(new Uint8Array([1, 2, 3]));
    expect(bytes).toHaveLength(0);
  });

  it("throws what a task throws, and goes on", async () => {
    const pool = poolWith();
    await expect(pool.run({ do: "throw" })).rejects.toThrow("line 3 makes no sense");
    expect(await pool.run(answer("still here"))).toBe("still here");
  });

  it("ends a task that takes too long, while this thread stays free, and goes on with a new thread", async () => {
    const pool = poolWith();
    let turns = 0;
    const counting = setInterval(() => void turns++, 5);
    const [looped, next] = await Promise.allSettled([pool.run({ do: "loop" }), pool.run(answer("next"))]);
    clearInterval(counting);
    expect(looped).toMatchObject({ reason: { what: "time" } });
    expect(next).toMatchObject({ value: "next" });
    expect(turns).toBeGreaterThan(5);
  });

  it("ends a task that takes too much memory, and goes on", async () => {
    const pool = poolWith({ timeLimit: 20 });
    const failure = await pool.run({ do: "hoard" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OverLimit);
    expect(failure).toMatchObject({ what: "memory" });
    expect(await pool.run(answer("still here"))).toBe("still here");
  });

  it("does not take a thread that ended by itself for a limit", async () => {
    const pool = poolWith();
    const failure = await pool.run({ do: "end" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(OverLimit);
    expect(await pool.run(answer("still here"))).toBe("still here");
  });

  it("says of a thread that cannot load what it needs that nothing was begun, and why", async () => {
    const pool = poolWith({ module: new URL("data:text/javascript,import 'no-such-package'") });
    const failure = await pool.run(answer("never")).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ThreadNotStarted);
    expect(String((failure as Error).cause)).toContain("no-such-package");
  });

  it("lets no more wait than it says, and none for longer", async () => {
    const pool = poolWith({ queue: 1, patience: 0.1, timeLimit: 20 });
    await pool.run(answer("a thread has started"));
    const running = pool.run({ do: "pause", milliseconds: 500 });
    const waiting = pool.run(answer("too late"));
    await expect(pool.run(answer("too many"))).rejects.toThrow(QueueBusy);
    await expect(waiting).rejects.toThrow(QueueBusy);
    expect(await running).toBe("paused");
    expect(await pool.run(answer("again"))).toBe("again");
  });

  it("counts no waiting as a task's own time", async () => {
    const pool = poolWith({ timeLimit: 0.4, queue: 4 });
    const all = await Promise.all(
      Array.from({ length: 4 }, () => pool.run({ do: "pause", milliseconds: 150 })),
    );
    expect(all).toHaveLength(4);
  });

  it("gives its threads neither this process's environment nor its flags", async () => {
    expect(await poolWith().run({ do: "tell-environment" })).toEqual([[], []]);
  });

  it("keeps what its threads print from the log", async () => {
    const script = `
      const { workerPool } = await import("./src/adapters/shared/worker-pool.ts");
      const module = new URL("file://${new URL("./tasks.ts", import.meta.url).pathname}");
      const pool = workerPool({ module, threads: 1, memory: 32, timeLimit: 5, queue: 1, patience: 5 });
      console.log(await pool.run({ do: "print" }));
      await pool.close();`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "-e",
      script,
    ]);
    expect([stdout, stderr]).toEqual(["printed\n", ""]);
  });

  it("ends whatever runs and whoever waits when it is closed", async () => {
    const pool = poolWith({ timeLimit: 60 });
    const tasks = Promise.allSettled([pool.run({ do: "loop" }), pool.run(answer("never"))]);
    await pause(50);
    await pool.close();
    expect((await tasks).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(pool.run(answer("never"))).rejects.toThrow(QueueBusy);
  });

  describe("that shares its memory with others", () => {
    it("waits until there is room, and is served before those who come later", async () => {
      const sharedMemory = threadMemory(64);
      const [small, large] = [
        poolWith({ sharedMemory, threads: 2, queue: 4, timeLimit: 20 }),
        poolWith({ sharedMemory, memory: 64, timeLimit: 20 }),
      ];
      const order: unknown[] = [];
      const note = (result: unknown) => order.push(result);
      await Promise.all([
        small.run({ do: "pause", milliseconds: 300 }).then(note),
        large.run(answer("large")).then(note),
        small.run(answer("small, later")).then(note),
      ]);
      expect(order).toEqual(["paused", "large", "small, later"]);
    });

    it("ends its threads without work for others", async () => {
      const sharedMemory = threadMemory(64);
      const [first, second] = [
        poolWith({ sharedMemory, memory: 64, idleTime: 60 }),
        poolWith({ sharedMemory, memory: 64, idleTime: 60, patience: 5 }),
      ];
      for (const text of ["a", "b"]) {
        expect(await first.run(answer(text))).toBe(text);
        expect(await second.run(answer(text))).toBe(text);
      }
    });

    it("takes nothing for those who no longer wait, and gives back what a limit has ended", async () => {
      const sharedMemory = threadMemory(32);
      const [first, second] = [poolWith({ sharedMemory }), poolWith({ sharedMemory, patience: 0.05 })];
      const looping = first.run({ do: "loop" });
      await expect(second.run(answer("too late"))).rejects.toThrow(QueueBusy);
      await expect(looping).rejects.toThrow(OverLimit);
      expect(await first.run(answer("again"))).toBe("again");
      expect(await second.run(answer("now"))).toBe("now");
    });

    it("gives back what it had when it is closed", async () => {
      const sharedMemory = threadMemory(32);
      const first = poolWith({ sharedMemory, timeLimit: 60 });
      const ended = first.run({ do: "loop" }).catch(() => "ended");
      await pause(50);
      await first.close();
      expect(await ended).toBe("ended");
      expect(await poolWith({ sharedMemory }).run(answer("free"))).toBe("free");
    });

    it("cannot have threads that need more than there is", () => {
      expect(() => poolWith({ sharedMemory: threadMemory(31) })).toThrow(RangeError);
    });
  });
});
