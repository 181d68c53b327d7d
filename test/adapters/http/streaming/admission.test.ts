import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { admission } from "../../../../src/adapters/http/streaming/admission.ts";
import { Busy } from "../../../../src/domain/failure.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Subject } from "../../../../src/domain/identity/person.ts";
import { userWith } from "../../../domain/sample.ts";

const limits = { total: 200, perCaller: 2 };
const all = { upload: limits, download: limits, login: { total: 1, perCaller: 1 }, render: limits };

/** A request from an address; with `forwardedFor`, one that a trusted proxy forwards. */
const requestFrom = (address: string, forwardedFor?: string) => {
  const disconnected = new AbortController();
  const res = Object.assign(new EventEmitter(), {
    closed: false,
    destroyed: false,
    writableFinished: false,
    writableNeedDrain: false,
    destroy: () => void 0,
  });
  res.destroy = () => {
    res.destroyed = true;
    res.emit("close");
  };
  const socket = { remoteAddress: address, bytesRead: 0, bytesWritten: 0 };
  const ctx = {
    state: { caller: anonymous, signal: disconnected.signal, isForwarded: forwardedFor !== undefined },
    req: { socket },
    res,
    get: () => forwardedFor ?? "",
  };
  return { ctx: ctx as unknown as Context, res, socket, disconnect: () => disconnected.abort() };
};

const neverSettles = () => new Promise<never>(() => undefined);

describe("admission", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("counts by address, which a trusted proxy forwards", async () => {
    const { run } = admission(all);
    const started: string[] = [];
    const start = (name: string, address: string, forwardedFor?: string) =>
      run(requestFrom(address, forwardedFor).ctx, "upload", () => {
        started.push(name);
        return neverSettles();
      }).catch(() => undefined);
    for (const name of ["a", "b", "c"]) void start(name, "192.0.2.1");
    for (const name of ["d", "e", "f"]) void start(name, "127.0.0.1", "192.0.2.1, 192.0.2.2");
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(["a", "b", "d", "e"]);
  });

  it("counts by person, from any address and apart from others of the same username", async () => {
    const { run } = admission(all);
    const { user } = userWith();
    const started: string[] = [];
    const start = (name: string, subject: string, address: string) => {
      const { ctx } = requestFrom(address);
      const person = { ...user.person, subject: subject as Subject };
      ctx.state.caller = { kind: "user", user: { ...user, person } };
      return run(ctx, "upload", () => {
        started.push(name);
        return neverSettles();
      }).catch(() => undefined);
    };
    for (const [n, name] of ["a", "b", "c"].entries()) void start(name, "1f0c", `192.0.2.${n}`);
    for (const name of ["d", "e", "f"]) void start(name, "2a11", "192.0.2.1");
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(["a", "b", "d", "e"]);
  });

  it("rejects at once when a hundred wait, and after ten seconds those who wait, before their work starts", async () => {
    const { run } = admission(all);
    void run(requestFrom("192.0.2.1").ctx, "login", neverSettles);
    const task = vi.fn(neverSettles);
    const waiting = Array.from({ length: 100 }, (_, n) => run(requestFrom(`10.0.0.${n}`).ctx, "login", task));
    const ends = Promise.allSettled(waiting);
    await expect(run(requestFrom("192.0.2.3").ctx, "login", task)).rejects.toBeInstanceOf(Busy);
    await vi.advanceTimersByTimeAsync(10_000);
    for (const end of await ends) expect(end).toMatchObject({ reason: expect.any(Busy) });
    expect(task).not.toHaveBeenCalled();
  });

  it("lets one caller fill no more than a quarter of the queue", async () => {
    const { run } = admission(all);
    void run(requestFrom("192.0.2.1").ctx, "login", neverSettles);
    const settled: unknown[] = [];
    for (let n = 0; n < 30; n += 1) {
      run(requestFrom("192.0.2.2").ctx, "login", neverSettles).catch((error: unknown) => settled.push(error));
    }
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toEqual(Array.from({ length: 5 }, () => expect.any(Busy)));
    const other = run(requestFrom("192.0.2.3").ctx, "login", neverSettles).catch(() => "refused");
    expect(await Promise.race([other, Promise.resolve("waits")])).toBe("waits");
  });

  it("queues no client that has disconnected already", async () => {
    const { run } = admission(all);
    void run(requestFrom("192.0.2.1").ctx, "login", neverSettles);
    const client = requestFrom("192.0.2.2");
    client.disconnect();
    await expect(run(client.ctx, "login", neverSettles)).rejects.toBeInstanceOf(Busy);
  });

  it("removes clients that disconnect from the queue, and releases the slot when work fails", async () => {
    const { run } = admission(all);
    const [first, second, third] = [requestFrom("a"), requestFrom("b"), requestFrom("c")];
    let fail = (_: Error) => {};
    const failing = run(
      first.ctx,
      "login",
      () =>
        new Promise<never>((_, reject) => {
          fail = reject;
        }),
    );
    const left = run(second.ctx, "login", async () => "second");
    const next = run(third.ctx, "login", async () => "third");
    second.disconnect();
    await expect(left).rejects.toBeInstanceOf(Busy);
    await vi.advanceTimersByTimeAsync(1);
    fail(new Error("x"));
    await expect(failing).rejects.toThrow("x");
    expect(await next).toBe("third");
  });

  it("holds a response's slot until it has been sent or its connection has closed", async () => {
    const { acquireUntilSent, run } = admission({ ...all, download: { total: 1, perCaller: 1 } });
    const reader = requestFrom("a");
    await acquireUntilSent(reader.ctx, "download");
    const next = run(requestFrom("b").ctx, "download", async () => "served");
    await vi.advanceTimersByTimeAsync(5000);
    reader.res.emit("close");
    expect(await next).toBe("served");
  });

  const startStalled = async (ctx: Context, { acquireUntilSent }: ReturnType<typeof admission>) => {
    await acquireUntilSent(ctx, "download");
    Object.assign(ctx.res, { writableNeedDrain: true });
  };

  it("ends the response that has stalled for the longest, after two seconds, when others wait", async () => {
    const admitted = admission({ ...all, download: { total: 3, perCaller: 2 } });
    const [late, moving, longest] = [requestFrom("a"), requestFrom("b"), requestFrom("c")];
    await startStalled(longest.ctx, admitted);
    await startStalled(moving.ctx, admitted);
    await vi.advanceTimersByTimeAsync(600);
    await startStalled(late.ctx, admitted);
    let isServed = false;
    const served = admitted.acquireUntilSent(requestFrom("d").ctx, "download").then(() => {
      isServed = true;
    });
    const pass = async (samples: number) => {
      for (let sample = 0; sample < samples; sample += 1) {
        moving.socket.bytesWritten += 1;
        await vi.advanceTimersByTimeAsync(500);
      }
    };
    await pass(2);
    expect(isServed).toBe(false);
    await pass(2);
    await served;
    expect([longest, moving, late].map(({ res }) => res.destroyed)).toEqual([true, false, false]);
  });

  it("rejects callers whose response stalled while no slot is free", async () => {
    const admitted = admission({ ...all, download: { total: 1, perCaller: 1 } });
    await startStalled(requestFrom("a").ctx, admitted);
    await vi.advanceTimersByTimeAsync(3000);
    const next = requestFrom("b");
    await admitted.acquireUntilSent(next.ctx, "download");
    await expect(admitted.acquireUntilSent(requestFrom("a").ctx, "download")).rejects.toBeInstanceOf(Busy);
    next.res.emit("close");
    await admitted.acquireUntilSent(requestFrom("a").ctx, "download");
  });

  it("reserves slots for callers whose last response was complete, and serves them first", async () => {
    const admitted = admission({ ...all, download: { total: 4, perCaller: 2 } });
    const completed = requestFrom("completed");
    await admitted.acquireUntilSent(completed.ctx, "download");
    Object.assign(completed.res, { writableFinished: true }).emit("close");
    for (const address of ["a", "b", "c"])
      await admitted.acquireUntilSent(requestFrom(address).ctx, "download");
    const served: string[] = [];
    const ask = (address: string) =>
      admitted.acquireUntilSent(requestFrom(address).ctx, "download").then(() => served.push(address));
    const unknown = ask("d").catch(() => "refused");
    const again = requestFrom("completed");
    await admitted.acquireUntilSent(again.ctx, "download");
    const third = ask("completed");
    await vi.advanceTimersByTimeAsync(100);
    expect(served).toEqual([]);
    again.res.emit("close");
    await third;
    expect(served).toEqual(["completed"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await unknown).toBe("refused");
  });

  it("ends no response for a caller who has reached their own limit, nor one that waits for the store", async () => {
    const admitted = admission({ ...all, download: { total: 2, perCaller: 1 } });
    const [own, other] = [requestFrom("a"), requestFrom("b")];
    await admitted.acquireUntilSent(own.ctx, "download");
    await startStalled(other.ctx, admitted);
    const again = admitted.acquireUntilSent(requestFrom("a").ctx, "download");
    const refused = expect(again).rejects.toBeInstanceOf(Busy);
    await vi.advanceTimersByTimeAsync(11_000);
    await refused;
    expect([own, other].map(({ res }) => res.destroyed)).toEqual([false, false]);
  });

  it("ends a transfer below a kilobyte per second over a minute, and no other", async () => {
    const { acquireUntilSent } = admission(all);
    const [slow, steady] = [requestFrom("a"), requestFrom("b")];
    await acquireUntilSent(slow.ctx, "download");
    await acquireUntilSent(steady.ctx, "download");
    for (let second = 0; second < 125; second += 1) {
      slow.socket.bytesWritten += 500;
      steady.socket.bytesRead += 1100;
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect([slow.res.destroyed, steady.res.destroyed]).toEqual([true, false]);
  });
});
