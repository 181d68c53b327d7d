import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seconds } from "../../../src/domain/brand.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { Lease, RenewalLock } from "../../../src/ports/driven/sessions/lock.ts";

export interface Instance {
  readonly lock: RenewalLock;
  /** From now on the instance does nothing more for what it holds, as if its process had been killed. */
  kill(): Promise<void>;
}

/** Time is the real one here, since leases are prolonged by it: the lease should be some 0.4 seconds. */
export interface Harness {
  readonly lease: Seconds;
  /** One more instance on the same data. */
  open(): Promise<Instance>;
  close(): Promise<void>;
}

const newId = (): SessionId => randomBytes(24).toString("base64url") as SessionId;
const seconds = (n: Seconds): Promise<void> => delay(n * 1000);
const lockTimeout: Seconds = 10;

/** Starts work that lasts until it is told to end; resolves when the lock is held. */
const holdUntilReleased = async (lock: RenewalLock, id: SessionId) => {
  const inside = Promise.withResolvers<Lease>();
  const end = Promise.withResolvers<void>();
  const held = lock.withLock(id, lockTimeout, (lease) => {
    inside.resolve(lease);
    return end.promise;
  });
  const { extend } = await inside.promise;
  return { held, extend, end: () => end.resolve() };
};

export const renewalLockContract = (adapter: string, open: () => Promise<Harness>): void => {
  describe.concurrent(`RenewalLock in ${adapter}`, () => {
    let harness: Harness;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    it("passes the work's result through and is free again", async () => {
      const { lock } = await harness.open();
      const id = newId();
      expect(await lock.withLock(id, 0, async () => "renewed")).toEqual({
        outcome: "done",
        result: "renewed",
      });
      expect(await lock.withLock(id, 0, async () => 2)).toEqual({ outcome: "done", result: 2 });
    });

    it("passes the work's error through and is free again", async () => {
      const { lock } = await harness.open();
      const id = newId();
      const fault = new Error("The provider said no.");
      await expect(lock.withLock(id, 0, () => Promise.reject(fault))).rejects.toBe(fault);
      expect(await lock.withLock(id, 0, async () => "next")).toMatchObject({ outcome: "done" });
    });

    it("lets one holder at a time in, over all instances, and all of them in the end", async () => {
      const id = newId();
      let inside = 0;
      let most = 0;
      const work = async (): Promise<void> => {
        most = Math.max(most, ++inside);
        await delay(5);
        inside--;
      };
      const instances = await Promise.all(Array.from({ length: 4 }, () => harness.open()));
      const all = [...instances, ...instances].map(({ lock }) => lock.withLock(id, lockTimeout, work));
      expect((await Promise.all(all)).map(({ outcome }) => outcome)).toEqual(all.map(() => "done"));
      expect(most).toBe(1);
    });

    it("does not let one session wait for another", async () => {
      const { lock } = await harness.open();
      const first = await holdUntilReleased(lock, newId());
      expect(await lock.withLock(newId(), 0, async () => 1)).toMatchObject({ outcome: "done" });
      first.end();
      await first.held;
    });

    it("says busy, without doing the work, when others held it for the whole timeout", async () => {
      const { lock } = await harness.open();
      const other = await harness.open();
      const id = newId();
      const first = await holdUntilReleased(lock, id);
      const work = () => Promise.reject(new Error("This must not run."));
      const before = performance.now();
      expect(await other.lock.withLock(id, 0.15, work)).toEqual({ outcome: "busy" });
      expect(performance.now() - before).toBeGreaterThan(120);
      expect(await lock.withLock(id, 0, work)).toEqual({ outcome: "busy" });
      first.end();
      await first.held;
    });

    it("follows a holder soon after its release", async () => {
      const [first, second] = [await harness.open(), await harness.open()];
      const id = newId();
      const holding = await holdUntilReleased(first.lock, id);
      const waiting = second.lock.withLock(id, lockTimeout, async () => performance.now());
      await delay(20);
      const released = performance.now();
      holding.end();
      const after = await waiting;
      expect(after.outcome === "done" && after.result - released).toBeLessThan(harness.lease * 1000);
    });

    it("keeps the lock for work that lasts longer than a lease", async () => {
      const [first, second] = [await harness.open(), await harness.open()];
      const id = newId();
      const holding = await holdUntilReleased(first.lock, id);
      expect(await second.lock.withLock(id, harness.lease * 1.7, async () => 1)).toEqual({ outcome: "busy" });
      holding.end();
      expect(await holding.held).toMatchObject({ outcome: "done" });
    });

    it("follows a killed holder when its lease has ended", async () => {
      const [first, second] = [await harness.open(), await harness.open()];
      const id = newId();
      await holdUntilReleased(first.lock, id);
      await first.kill();
      expect(await second.lock.withLock(id, 0, async () => 1)).toEqual({ outcome: "busy" });
      expect(await second.lock.withLock(id, harness.lease + 0.3, async () => 2)).toMatchObject({ result: 2 });
    });

    it("confirms a hold as long as nobody else had the lock", async () => {
      const { lock } = await harness.open();
      const holding = await holdUntilReleased(lock, newId());
      expect(await holding.extend()).toBe(true);
      await seconds(harness.lease * 1.5);
      expect(await holding.extend()).toBe(true);
      holding.end();
      await holding.held;
    });

    it("does not extend a hold to a holder whom somebody followed, nor when the lock is free again", async () => {
      const [late, second] = [await harness.open(), await harness.open()];
      const id = newId();
      const lateHolding = await holdUntilReleased(late.lock, id);
      await late.kill();
      await seconds(harness.lease);
      const successor = await holdUntilReleased(second.lock, id);
      const isConfirmed = () =>
        lateHolding.extend().catch((error: unknown) => {
          if (error instanceof StoreDown) return false;
          throw error;
        });
      expect(await isConfirmed()).toBe(false);
      successor.end();
      await successor.held;
      expect(await isConfirmed()).toBe(false);
      lateHolding.end();
      await lateHolding.held;
    });

    it("does not let a holder whose lease has ended release its successor's lock", async () => {
      const [late, second, third] = [await harness.open(), await harness.open(), await harness.open()];
      const id = newId();
      const lateHolding = await holdUntilReleased(late.lock, id);
      await late.kill();
      await seconds(harness.lease);
      const successor = await holdUntilReleased(second.lock, id);
      lateHolding.end();
      expect(await lateHolding.held).toMatchObject({ outcome: "done" });
      expect(await third.lock.withLock(id, 0, async () => 1)).toEqual({ outcome: "busy" });
      successor.end();
      await successor.held;
    });
  });
};
