import { describe, expect, it } from "vitest";
import { renewals } from "../../../src/app/runtime/renewals.ts";
import { ProviderDown } from "../../../src/domain/failure.ts";
import type { Caller } from "../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../src/domain/identity/caller.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";

const id = (text: string) => text.repeat(32) as SessionId;

/** Renewals that end when the test says so. */
const setup = (timeout = 10) => {
  const clock = manualClock();
  const begun: { id: SessionId; done: PromiseWithResolvers<Caller> }[] = [];
  const renew = (of: SessionId) => {
    const done = Promise.withResolvers<Caller>();
    begun.push({ id: of, done });
    return done.promise;
  };
  return { clock, begun, renewals: renewals({ renew, clock, log: recordingLog(), timeout }) };
};

describe("renewals of one process", () => {
  it("are one for each session at a time, shared by all who need it", async () => {
    const s = setup();
    s.renewals.ahead(id("a"));
    const waiting = [s.renewals.now(id("a")), s.renewals.now(id("a"))];
    s.renewals.ahead(id("a"));
    void s.renewals.now(id("b")).catch(() => undefined);
    expect(s.begun.map((one) => one.id)).toEqual([id("a"), id("b")]);
    s.begun[0]?.done.resolve(anonymous);
    expect(await Promise.all(waiting)).toEqual([anonymous, anonymous]);
  });

  it("that take long are followed by one more for who comes late, since rights may have changed", async () => {
    const s = setup();
    const before: Caller = { kind: "unverified", cause: new ProviderDown() };
    const first = s.renewals.now(id("a"));
    s.clock.pass(1);
    const late = [s.renewals.now(id("a")), s.renewals.now(id("a"))];
    s.begun[0]?.done.resolve(before);
    expect(await first).toBe(before);
    await expect.poll(() => s.begun.length).toBe(2);
    s.begun[1]?.done.resolve(anonymous);
    expect(await Promise.all(late)).toEqual([anonymous, anonymous]);
    expect(s.begun).toHaveLength(2);
  });

  it("begin anew when the one before is over", async () => {
    const s = setup();
    for (const count of [1, 2]) {
      const waiting = s.renewals.now(id("a"));
      s.begun.at(-1)?.done.resolve(anonymous);
      await waiting;
      expect(s.begun).toHaveLength(count);
    }
  });

  it("that failed are not tried again for a second, by this session alone", async () => {
    const s = setup();
    const failed = new ProviderDown();
    const waiting = s.renewals.now(id("a"));
    s.begun[0]?.done.reject(failed);
    await expect(waiting).rejects.toBe(failed);
    s.renewals.ahead(id("a"));
    await expect(s.renewals.now(id("a"))).rejects.toBe(failed);
    s.renewals.ahead(id("b"));
    expect(s.begun.map((one) => one.id)).toEqual([id("a"), id("b")]);
    s.clock.pass(1);
    s.renewals.ahead(id("a"));
    expect(s.begun).toHaveLength(3);
  });

  it("keep a request waiting only so long, and go on without it", async () => {
    const s = setup(0.01);
    await expect(s.renewals.now(id("a"))).rejects.toThrow(ProviderDown);
    const later = s.renewals.now(id("a"));
    s.begun[0]?.done.resolve(anonymous);
    expect(await later).toBe(anonymous);
    expect(s.begun).toHaveLength(1);
  });

  it("that nobody waits for may fail without a word", async () => {
    const s = setup();
    s.renewals.ahead(id("a"));
    s.begun[0]?.done.reject(new ProviderDown());
    await s.renewals.close();
  });

  it("that nobody waits for are bounded, and those that somebody waits for are not", () => {
    const s = setup();
    for (let n = 0; n < 500; n++) s.renewals.ahead(String(n) as SessionId);
    expect(s.begun).toHaveLength(200);
    void s.renewals.now("needed" as SessionId).catch(() => undefined);
    expect(s.begun).toHaveLength(201);
  });

  it("are over when they have been closed", async () => {
    const s = setup();
    s.renewals.ahead(id("a"));
    let closed = false;
    const closing = s.renewals.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    s.begun[0]?.done.resolve(anonymous);
    await closing;
  });
});
