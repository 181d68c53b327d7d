import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seconds } from "../../../src/domain/brand.ts";
import type { Limiter, OpenLimiter } from "../../../src/ports/driven/system/limiter.ts";

export interface Harness {
  readonly open: OpenLimiter;
  /** One more instance on the same data. */
  another(): Promise<OpenLimiter>;
  /** Lets time pass: moves the clock, or shortens what is left of every stored expiry. */
  passSeconds(seconds: Seconds): Promise<void>;
  close(): Promise<void>;
}

const rate = { burst: 5, interval: 60 };

const attempts = async (limiter: Limiter, key: string, count: number): Promise<Seconds[]> => {
  const waits: Seconds[] = [];
  for (let attempt = 0; attempt < count; attempt += 1) waits.push(await limiter.attempt(key));
  return waits;
};

export const limiterContract = (adapter: string, openHarness: () => Promise<Harness>): void => {
  describe(`Limiter in ${adapter}`, () => {
    let harness: Harness;
    let limiter: Limiter;
    beforeAll(async () => {
      harness = await openHarness();
      limiter = harness.open("test", rate);
    });
    afterAll(() => harness.close());

    it("allows a burst of attempts, and then returns how long to wait", async () => {
      const key = randomUUID();
      expect(await attempts(limiter, key, 5)).toEqual([0, 0, 0, 0, 0]);
      const wait = await limiter.attempt(key);
      expect(wait).toBeGreaterThan(50);
      expect(wait).toBeLessThanOrEqual(60);
    });

    it("allows one more after each interval, and not before", async () => {
      const key = randomUUID();
      await attempts(limiter, key, 5);
      await harness.passSeconds(30);
      const wait = await limiter.attempt(key);
      expect(wait).toBeGreaterThan(20);
      expect(wait).toBeLessThanOrEqual(30);
      await harness.passSeconds(31);
      expect(await limiter.attempt(key)).toBe(0);
      expect(await limiter.attempt(key)).toBeGreaterThan(0);
    });

    it("does not count refused attempts", async () => {
      const key = randomUUID();
      await attempts(limiter, key, 50);
      await harness.passSeconds(61);
      expect(await limiter.attempt(key)).toBe(0);
    });

    it("allows a whole burst again after a while", async () => {
      const key = randomUUID();
      await attempts(limiter, key, 6);
      await harness.passSeconds(5 * 60 + 1);
      expect(await attempts(limiter, key, 5)).toEqual([0, 0, 0, 0, 0]);
      expect(await limiter.attempt(key)).toBeGreaterThan(0);
    });

    it("resets the count of one key only", async () => {
      const [right, other] = [randomUUID(), randomUUID()];
      await attempts(limiter, right, 6);
      await attempts(limiter, other, 6);
      await limiter.reset(right);
      await limiter.reset(randomUUID());
      expect(await attempts(limiter, right, 5)).toEqual([0, 0, 0, 0, 0]);
      expect(await limiter.attempt(other)).toBeGreaterThan(0);
    });

    it("takes back one attempt of one key, and none that was not made", async () => {
      const [right, other] = [randomUUID(), randomUUID()];
      await attempts(limiter, right, 5);
      await attempts(limiter, other, 5);
      await limiter.refund(right);
      expect(await limiter.attempt(right)).toBe(0);
      expect(await limiter.attempt(right)).toBeGreaterThan(0);
      expect(await limiter.attempt(other)).toBeGreaterThan(0);
      const unused = randomUUID();
      await limiter.refund(unused);
      await limiter.attempt(unused);
      await limiter.refund(unused);
      await limiter.refund(unused);
      expect(await attempts(limiter, unused, 5)).toEqual([0, 0, 0, 0, 0]);
      expect(await limiter.attempt(unused)).toBeGreaterThan(0);
    });

    it("accepts any text as a key, and distinguishes all keys", async () => {
      const begin = randomUUID();
      for (const ending of ["", "/..", "a b", "\u00e9", "e\u0301", "\u{1f9ec}", "\n", "x".repeat(100_000)]) {
        expect(await attempts(limiter, `${begin}${ending}`, 5)).toEqual([0, 0, 0, 0, 0]);
        expect(await limiter.attempt(`${begin}${ending}`)).toBeGreaterThan(0);
      }
    });

    it("counts each purpose separately", async () => {
      const key = randomUUID();
      await attempts(limiter, key, 6);
      const once = harness.open("once", { burst: 1, interval: 10 });
      expect(await once.attempt(key)).toBe(0);
      expect(await once.attempt(key)).toBeGreaterThan(0);
    });

    it("allows no more than a burst of concurrent attempts, at whatever instances", async () => {
      const key = randomUUID();
      const instances = await Promise.all(Array.from({ length: 20 }, () => harness.another()));
      const waits = await Promise.all(instances.map((open) => open("test", rate).attempt(key)));
      expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
    });
  });
};
