import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seconds } from "../../../src/domain/brand.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import type { NotBeforeMarks } from "../../../src/ports/driven/sessions/not-before-marks.ts";

export interface Harness {
  readonly marks: NotBeforeMarks;
  readonly lifetime: Seconds;
  /** One more instance on the same data. */
  another(): Promise<NotBeforeMarks>;
  /** Lets time pass: moves the clock, or shortens what is left of every stored expiry. */
  passSeconds(seconds: Seconds): Promise<void>;
  close(): Promise<void>;
}

const newUser = (ending = ""): Username => `${randomUUID()}${ending}` as Username;

export const notBeforeMarksContract = (adapter: string, open: () => Promise<Harness>): void => {
  describe(`NotBeforeMarks in ${adapter}`, () => {
    let harness: Harness;
    let marks: NotBeforeMarks;
    beforeAll(async () => {
      harness = await open();
      marks = harness.marks;
    });
    afterAll(() => harness.close());

    it("has no mark for a user who was never marked", async () => {
      expect(await marks.find(newUser())).toBeUndefined();
    });

    it("returns a mark at every instance, fractions included", async () => {
      const user = newUser();
      await marks.mark(user, 1_800_000_000.25);
      expect(await marks.find(user)).toBe(1_800_000_000.25);
      expect(await (await harness.another()).find(user)).toBe(1_800_000_000.25);
    });

    it("returns the same time at every instance", async () => {
      const before = await marks.now();
      const other = await (await harness.another()).now();
      expect(before).toBeGreaterThan(0);
      expect(other).toBeGreaterThanOrEqual(before);
      expect(other - before).toBeLessThan(5);
    });

    it("replaces a mark by a later one, and moves it a little when the new one is earlier", async () => {
      const user = newUser();
      const other = await harness.another();
      await marks.mark(user, 200);
      await other.mark(user, 100);
      expect(await marks.find(user)).toBeCloseTo(200.001, 6);
      await other.mark(user, 1_800_000_300);
      expect(await marks.find(user)).toBe(1_800_000_300);
      await marks.mark(user, 1_800_000_300);
      expect(await other.find(user)).toBeCloseTo(1_800_000_300.001, 6);
      await marks.mark(user, 1_800_000_299);
      expect(await other.find(user)).toBeCloseTo(1_800_000_300.002, 6);
    });

    it("compares marks as numbers", async () => {
      const user = newUser();
      await marks.mark(user, 999);
      await marks.mark(user, 1000);
      expect(await marks.find(user)).toBe(1000);
    });

    it("stores the latest of several concurrent marks", async () => {
      const user = newUser();
      const stores = await Promise.all(Array.from({ length: 10 }, () => harness.another()));
      await Promise.all(stores.map((each, n) => each.mark(user, 1000 + ((n * 7) % 10))));
      expect(await marks.find(user)).toBeGreaterThanOrEqual(1009);
    });

    it("distinguishes users, whatever their names", async () => {
      const stem = randomUUID();
      const names = [
        "a",
        "A",
        "\u00e9",
        "e\u0301",
        "/",
        "\\",
        "..",
        "%2f",
        "a b",
        "a+b",
        "a:b",
        "\u{1f9ec}",
        "x".repeat(3000),
      ];
      const users = names.map((name) => `${stem}${name}` as Username);
      for (const [n, user] of users.entries()) await marks.mark(user, 1000 + n);
      for (const [n, user] of users.entries()) expect(await marks.find(user)).toBe(1000 + n);
    });

    it("expires a mark after its lifetime, and not before", async () => {
      const user = newUser();
      await marks.mark(user, 1000);
      await harness.passSeconds(harness.lifetime - 10);
      expect(await marks.find(user)).toBe(1000);
      await harness.passSeconds(11);
      expect(await marks.find(user)).toBeUndefined();
    });

    it("gives a later mark a full lifetime", async () => {
      const user = newUser();
      await marks.mark(user, 1000);
      await harness.passSeconds(harness.lifetime - 10);
      await marks.mark(user, 2000);
      await harness.passSeconds(harness.lifetime - 10);
      expect(await marks.find(user)).toBe(2000);
    });

    it("stores an earlier mark once the old one has expired", async () => {
      const user = newUser();
      await marks.mark(user, 2000);
      await harness.passSeconds(harness.lifetime + 1);
      await marks.mark(user, 1000);
      expect(await marks.find(user)).toBe(1000);
    });
  });
};
