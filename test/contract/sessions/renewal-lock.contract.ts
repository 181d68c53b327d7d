import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seconds } from "../../../src/domain/brand.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { Lease, RenewalLock } from "../../../src/ports/driven/sessions/lock.ts";

export interface Instance {
  readonly lock: RenewalLock;
  /** Stops the instance from extending its leases, as if its process had been killed. */
  kill(): Promise<void>;
}

/** It runs in real time, since leases are extended by timers: the lease should be some 0.4 seconds. */
export interface Harness {
  readonly lease: Seconds;
  /** One more instance on the same data. */
  open(): Promise<Instance>;
  close(): Promise<void>;
}

const newId = (): SessionId => randomBytes(24).toString("base64url") as SessionId;
const seconds = (n: Seconds): Promise<void> => delay(n * 1000);
const lockTimeout: Seconds = 10;

/** Starts work that lasts until `end` is called; resolves once the lock is acquired. */
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

    it("returns the work's result and releases the lock", async () => {
      const { lock } = await harness.open();
      const id = newId();
      expect(await lock.withLock(id, 0, async () => "renewed")).toEqual({
        outcome: "done",
        result: "renewed",
      });
      expect(await lock.withLock(id, 0, async () => 2)).toEqual({ outcome: "done", result: 2 });
    });

    it("rejects with the work's error and releases the lock", async () => {
      const { lock } = await harness.open();
      const id = newId();
      const fault = new Error("The provider said no.");
      await expect(lock.withLock(id, 0, () => Promise.reject(fault))).rejects.toBe(fault);
      expect(await lock.withLock(id, 0, async () => "next")).toMatchObject({ outcome: "done" });
    });

    it("has one holder at a time, over all instances, and grants the lock to every waiter", async () => {
      const id = newId();
      let inside = 0;
      let maxInside = 0;
      const work = async (): Promise<void> => {
        maxInside = Math.max(maxInside, ++inside);
        await delay(5);
        inside--;
      };
      const instances = await Promise.all(Array.from({ length: 4 }, () => harness.open()));
      const all = [...instances, ...instances].map(({ lock }) => lock.withLock(id, lockTimeout, work));
      expect((await Promise.all(all)).map(({ outcome }) => outcome)).toEqual(all.map(() => "done"));
      expect(maxInside).toBe(1);
    });

    it("does not block other names", async () => {
      const { lock } = await harness.open();
      const first = await holdUntilReleased(lock, newId());
      expect(await lock.withLock(newId(), 0, async () => 1)).toMatchObject({ outcome: "done" });
      first.end();
      await first.held;
    });

    it("is busy, and does not run the work, when others hold the lock for the whole timeout", async () => {
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

    it("is acquired by a waiter soon after its release", async () => {
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

    it("is held for work that lasts longer than the lease", async () => {
      const [first, second] = [await harness.open(), await harness.open()];
      const id = newId();
      const holding = await holdUntilReleased(first.lock, id);
      expect(await second.lock.withLock(id, harness.lease * 1.7, async () => 1)).toEqual({ outcome: "busy" });
      holding.end();
      expect(await holding.held).toMatchObject({ outcome: "done" });
    });

    it("can be acquired once the lease of a killed holder has expired", async () => {
      const [first, second] = [await harness.open(), await harness.open()];
      const id = newId();
      await holdUntilReleased(first.lock, id);
      await first.kill();
      expect(await second.lock.withLock(id, 0, async () => 1)).toEqual({ outcome: "busy" });
      expect(await second.lock.withLock(id, harness.lease + 0.3, async () => 2)).toMatchObject({ result: 2 });
    });

    it("extends the lease as long as no other holder had the lock", async () => {
      const { lock } = await harness.open();
      const holding = await holdUntilReleased(lock, newId());
      expect(await holding.extend()).toBe(true);
      await seconds(harness.lease * 1.5);
      expect(await holding.extend()).toBe(true);
      holding.end();
      await holding.held;
    });

    it("does not extend an expired lease after another holder acquired the lock, nor after that one released it", async () => {
      const [late, second] = [await harness.open(), await harness.open()];
      const id = newId();
      const lateHolding = await holdUntilReleased(late.lock, id);
      await late.kill();
      await seconds(harness.lease);
      const successor = await holdUntilReleased(second.lock, id);
      const isExtended = () =>
        lateHolding.extend().catch((error: unknown) => {
          if (error instanceof StoreDown) return false;
          throw error;
        });
      expect(await isExtended()).toBe(false);
      successor.end();
      await successor.held;
      expect(await isExtended()).toBe(false);
      lateHolding.end();
      await lateHolding.held;
    });

    it("does not let a holder whose lease has expired release its successor's lock", async () => {
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
