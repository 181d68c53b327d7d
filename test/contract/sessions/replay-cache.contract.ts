import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seconds } from "../../../src/domain/brand.ts";
import type { ReplayCache } from "../../../src/ports/driven/sessions/replay-cache.ts";

export interface Harness {
  readonly replayCache: ReplayCache;
  /** One more instance on the same data. */
  another(): Promise<ReplayCache>;
  /** Moves time, or what is stored nearer to its end. */
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

    it("knows nothing of a logout token that nobody has accepted", async () => {
      expect(await replayCache.has(randomUUID())).toBe(false);
    });

    it("remembers one for every instance, and no other one", async () => {
      const id = randomUUID();
      await replayCache.add(id, 100);
      expect(await replayCache.has(id)).toBe(true);
      expect(await (await harness.another()).has(id)).toBe(true);
      expect(await replayCache.has(id.toUpperCase())).toBe(false);
    });

    it("takes any text for a logout token's id", async () => {
      for (const ending of ["", "/..", "a b", "é", "\u{1f9ec}", "x".repeat(3000)]) {
        const id = `${randomUUID()}${ending}`;
        await replayCache.add(id, 100);
        expect(await replayCache.has(id)).toBe(true);
      }
    });

    it("may be told twice, also at once", async () => {
      const id = randomUUID();
      const instances = await Promise.all([harness.another(), harness.another(), harness.another()]);
      await Promise.all(instances.map((each) => each.add(id, 100)));
      await replayCache.add(id, 100);
      expect(await replayCache.has(id)).toBe(true);
    });

    it("is claimed by one of many who try at once, at whichever instance", async () => {
      const id = randomUUID();
      const instances = await Promise.all(Array.from({ length: 20 }, () => harness.another()));
      const claimed = await Promise.all(instances.map((each) => each.claim(id, 100)));
      expect(claimed.filter((isFirst) => isFirst)).toHaveLength(1);
      expect(await replayCache.claim(id, 100)).toBe(false);
      expect(await replayCache.has(id)).toBe(true);
    });

    it("can be claimed again after its time, and not when it was added", async () => {
      const [claimed, added] = [randomUUID(), randomUUID()];
      expect(await replayCache.claim(claimed, 100)).toBe(true);
      await replayCache.add(added, 1000);
      expect(await replayCache.claim(added, 100)).toBe(false);
      await harness.passSeconds(101);
      expect(await replayCache.claim(claimed, 100)).toBe(true);
    });

    it("forgets one after its time, and not before", async () => {
      const id = randomUUID();
      await replayCache.add(id, 100);
      await harness.passSeconds(90);
      expect(await replayCache.has(id)).toBe(true);
      await harness.passSeconds(11);
      expect(await replayCache.has(id)).toBe(false);
    });
  });
};
