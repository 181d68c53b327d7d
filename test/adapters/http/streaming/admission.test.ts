import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { admission } from "../../../../src/adapters/http/streaming/admission.ts";
import { Busy } from "../../../../src/domain/failure.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Subject } from "../../../../src/domain/identity/person.ts";
import { userWith } from "../../../domain/sample.ts";

const limits = { atOnce: 200, perCaller: 2 };
const all = { upload: limits, download: limits, login: { atOnce: 1, perCaller: 1 }, render: limits };

/** A request from an address, by way of a trusted proxy where it names one. */
const requestFrom = (address: string, forwardedFor?: string) => {
  const gone = new AbortController();
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
    state: { caller: anonymous, signal: gone.signal, isForwarded: forwardedFor !== undefined },
    req: { socket },
    res,
    get: () => forwardedFor ?? "",
  };
  return { ctx: ctx as unknown as Context, res, socket, leave: () => gone.abort() };
};

const forever = () => new Promise<never>(() => undefined);

describe("admission", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("counts by address, as a trusted proxy says it", async () => {
    const { during } = admission(all);
    const begun: string[] = [];
    const begin = (name: string, address: string, forwardedFor?: string) =>
      during(requestFrom(address, forwardedFor).ctx, "upload", () => {
        begun.push(name);
        return forever();
      }).catch(() => undefined);
    for (const name of ["a", "b", "c"]) void begin(name, "192.0.2.1");
    for (const name of ["d", "e", "f"]) void begin(name, "127.0.0.1", "192.0.2.1, 192.0.2.2");
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toEqual(["a", "b", "d", "e"]);
  });

  it("counts by person, wherever they are and whoever else bears their name", async () => {
    const { during } = admission(all);
    const { user } = userWith();
    const begun: string[] = [];
    const begin = (name: string, subject: string, address: string) => {
      const { ctx } = requestFrom(address);
      const person = { ...user.person, subject: subject as Subject };
      ctx.state.caller = { kind: "user", user: { ...user, person } };
      return during(ctx, "upload", () => {
        begun.push(name);
        return forever();
      }).catch(() => undefined);
    };
    for (const [n, name] of ["a", "b", "c"].entries()) void begin(name, "1f0c", `192.0.2.${n}`);
    for (const name of ["d", "e", "f"]) void begin(name, "2a11", "192.0.2.1");
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toEqual(["a", "b", "d", "e"]);
  });

  it("refuses at once when a hundred wait, and those who wait after ten seconds, before they have begun", async () => {
    const { during } = admission(all);
    void during(requestFrom("192.0.2.1").ctx, "login", forever);
    const run = vi.fn(forever);
    const waiting = Array.from({ length: 100 }, (_, n) =>
      during(requestFrom(`10.0.0.${n}`).ctx, "login", run),
    );
    const ends = Promise.allSettled(waiting);
    await expect(during(requestFrom("192.0.2.3").ctx, "login", run)).rejects.toBeInstanceOf(Busy);
    await vi.advanceTimersByTimeAsync(10_000);
    for (const end of await ends) expect(end).toMatchObject({ reason: expect.any(Busy) });
    expect(run).not.toHaveBeenCalled();
  });

  it("leaves room in the line: one caller may fill a quarter of it", async () => {
    const { during } = admission(all);
    void during(requestFrom("192.0.2.1").ctx, "login", forever);
    const settled: unknown[] = [];
    for (let n = 0; n < 30; n += 1) {
      during(requestFrom("192.0.2.2").ctx, "login", forever).catch((error: unknown) => settled.push(error));
    }
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toEqual(Array.from({ length: 5 }, () => expect.any(Busy)));
    const other = during(requestFrom("192.0.2.3").ctx, "login", forever).catch(() => "refused");
    expect(await Promise.race([other, Promise.resolve("waits")])).toBe("waits");
  });

  it("keeps no place for who has gone already", async () => {
    const { during } = admission(all);
    void during(requestFrom("192.0.2.1").ctx, "login", forever);
    const gone = requestFrom("192.0.2.2");
    gone.leave();
    await expect(during(gone.ctx, "login", forever)).rejects.toBeInstanceOf(Busy);
  });

  it("lets go of who goes away while waiting, and of places when work fails", async () => {
    const { during } = admission(all);
    const [first, second, third] = [requestFrom("a"), requestFrom("b"), requestFrom("c")];
    let fail = (_: Error) => {};
    const failing = during(
      first.ctx,
      "login",
      () =>
        new Promise<never>((_, reject) => {
          fail = reject;
        }),
    );
    const left = during(second.ctx, "login", async () => "second");
    const next = during(third.ctx, "login", async () => "third");
    second.leave();
    await expect(left).rejects.toBeInstanceOf(Busy);
    await vi.advanceTimersByTimeAsync(1);
    fail(new Error("x"));
    await expect(failing).rejects.toThrow("x");
    expect(await next).toBe("third");
  });

  it("keeps an answer's place until it was sent, or its reader has gone", async () => {
    const { untilSent, during } = admission({ ...all, download: { atOnce: 1, perCaller: 1 } });
    const reader = requestFrom("a");
    await untilSent(reader.ctx, "download");
    const next = during(requestFrom("b").ctx, "download", async () => "served");
    await vi.advanceTimersByTimeAsync(5000);
    reader.res.emit("close");
    expect(await next).toBe("served");
  });

  const stillFrom = async (ctx: Context, { untilSent }: ReturnType<typeof admission>) => {
    await untilSent(ctx, "download");
    Object.assign(ctx.res, { writableNeedDrain: true });
  };

  it("has the reader who stands still for the longest make way for who waits, after two seconds", async () => {
    const admitted = admission({ ...all, download: { atOnce: 3, perCaller: 2 } });
    const [late, moving, longest] = [requestFrom("a"), requestFrom("b"), requestFrom("c")];
    await stillFrom(longest.ctx, admitted);
    await stillFrom(moving.ctx, admitted);
    await vi.advanceTimersByTimeAsync(600);
    await stillFrom(late.ctx, admitted);
    let isServed = false;
    const served = admitted.untilSent(requestFrom("d").ctx, "download").then(() => {
      isServed = true;
    });
    const pass = async (looks: number) => {
      for (let look = 0; look < looks; look += 1) {
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

  it("turns away who was ended for standing still, as long as places are scarce", async () => {
    const admitted = admission({ ...all, download: { atOnce: 1, perCaller: 1 } });
    await stillFrom(requestFrom("a").ctx, admitted);
    await vi.advanceTimersByTimeAsync(3000);
    const next = requestFrom("b");
    await admitted.untilSent(next.ctx, "download");
    await expect(admitted.untilSent(requestFrom("a").ctx, "download")).rejects.toBeInstanceOf(Busy);
    next.res.emit("close");
    await admitted.untilSent(requestFrom("a").ctx, "download");
  });

  it("has places for who has taken an answer whole before, and lets them go first", async () => {
    const admitted = admission({ ...all, download: { atOnce: 4, perCaller: 2 } });
    const known = requestFrom("known");
    await admitted.untilSent(known.ctx, "download");
    Object.assign(known.res, { writableFinished: true }).emit("close");
    for (const address of ["a", "b", "c"]) await admitted.untilSent(requestFrom(address).ctx, "download");
    const served: string[] = [];
    const ask = (address: string) =>
      admitted.untilSent(requestFrom(address).ctx, "download").then(() => served.push(address));
    const stranger = ask("d").catch(() => "refused");
    const again = requestFrom("known");
    await admitted.untilSent(again.ctx, "download");
    const third = ask("known");
    await vi.advanceTimersByTimeAsync(100);
    expect(served).toEqual([]);
    again.res.emit("close");
    await third;
    expect(served).toEqual(["known"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await stranger).toBe("refused");
  });

  it("ends nobody for a caller who has reached their own limit, nor while the store is waited for", async () => {
    const admitted = admission({ ...all, download: { atOnce: 2, perCaller: 1 } });
    const [own, other] = [requestFrom("a"), requestFrom("b")];
    await admitted.untilSent(own.ctx, "download");
    await stillFrom(other.ctx, admitted);
    const again = admitted.untilSent(requestFrom("a").ctx, "download");
    const refused = expect(again).rejects.toBeInstanceOf(Busy);
    await vi.advanceTimersByTimeAsync(11_000);
    await refused;
    expect([own, other].map(({ res }) => res.destroyed)).toEqual([false, false]);
  });

  it("ends what moves less than a kilobyte in a second over a minute, and nothing else", async () => {
    const { untilSent } = admission(all);
    const [slow, steady] = [requestFrom("a"), requestFrom("b")];
    await untilSent(slow.ctx, "download");
    await untilSent(steady.ctx, "download");
    for (let second = 0; second < 125; second += 1) {
      slow.socket.bytesWritten += 500;
      steady.socket.bytesRead += 1100;
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect([slow.res.destroyed, steady.res.destroyed]).toEqual([true, false]);
  });
});
