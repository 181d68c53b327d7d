import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seconds } from "../../../src/domain/brand.ts";
import type { ReplayCache } from "../../../src/ports/driven/sessions/replay-cache.ts";

export interface Harness {
  readonly replayCache: ReplayCache;
  /** One more instance on the same data. */
  another(): Promise<ReplayCache>;
  /** Lets time pass: moves the clock, or shortens what is left of every stored expiry. */
  passSeconds(seconds: Seconds): Promise<void>;
  close(): Promise<void>;
}

export const replayCacheContract = (adapter: string, open: () => Promise<Harness>): void => {
  describe(`ReplayCache in ${adapter}`, () => {
    let harness: Harness;
    let replayCache: ReplayCache;
    beforeAll(async () => {
      harness = await open();
      replayCache = harness.replayCache;
    });
    afterAll(() => harness.close());

    it("does not have an id that was never added", async () => {
      expect(await replayCache.has(randomUUID())).toBe(false);
    });

    it("has an added id at every instance, and no other", async () => {
      const id = randomUUID();
      await replayCache.add(id, 100);
      expect(await replayCache.has(id)).toBe(true);
      expect(await (await harness.another()).has(id)).toBe(true);
      expect(await replayCache.has(id.toUpperCase())).toBe(false);
    });

    it("accepts any text as an id", async () => {
      for (const ending of ["", "/..", "a b", "é", "\u{1f9ec}", "x".repeat(3000)]) {
        const id = `${randomUUID()}${ending}`;
        await replayCache.add(id, 100);
        expect(await replayCache.has(id)).toBe(true);
      }
    });

    it("accepts an id that is added twice, also concurrently", async () => {
      const id = randomUUID();
      const instances = await Promise.all([harness.another(), harness.another(), harness.another()]);
      await Promise.all(instances.map((each) => each.add(id, 100)));
      await replayCache.add(id, 100);
      expect(await replayCache.has(id)).toBe(true);
    });

    it("grants an id to exactly one of many concurrent claims, at whatever instances", async () => {
      const id = randomUUID();
      const instances = await Promise.all(Array.from({ length: 20 }, () => harness.another()));
      const claimed = await Promise.all(instances.map((each) => each.claim(id, 100)));
      expect(claimed.filter((isGranted) => isGranted)).toHaveLength(1);
      expect(await replayCache.claim(id, 100)).toBe(false);
      expect(await replayCache.has(id)).toBe(true);
    });

    it("grants a claim again after expiry, and none of an id that was added", async () => {
      const [claimed, added] = [randomUUID(), randomUUID()];
      expect(await replayCache.claim(claimed, 100)).toBe(true);
      await replayCache.add(added, 1000);
      expect(await replayCache.claim(added, 100)).toBe(false);
      await harness.passSeconds(101);
      expect(await replayCache.claim(claimed, 100)).toBe(true);
    });

    it("expires an id after its lifetime, and not before", async () => {
      const id = randomUUID();
      await replayCache.add(id, 100);
      await harness.passSeconds(90);
      expect(await replayCache.has(id)).toBe(true);
      await harness.passSeconds(11);
      expect(await replayCache.has(id)).toBe(false);
    });
  });
};
