import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { check } from "../checker/model/check.ts";

/** Printed, so that a run that fails can be looked into: `npm run checker -- --seed …`. */
const print = (line: string): void => void process.stdout.write(`checker: ${line}\n`);

describe("the checker of histories", () => {
  it("finds nothing wrong in half a minute of renewals, kills, restarts and errors", async () => {
    const report = await check({
      seed: randomInt(2 ** 31),
      renewals: 100_000,
      seconds: 30,
      every: {
        kill: 8000,
        redis: 12_000,
        role: 150,
        withdrawal: 1500,
        key: 10_000,
        damage: 2000,
        notice: 700,
        forgery: 3000,
      },
      progress: print,
    });
    print(JSON.stringify(report));
    expect(report.told).toEqual([]);
    // Or it has not looked.
    const { renewals, kills, redisRestarts, logouts, afterwards, ends } = report.counts;
    expect(renewals).toBeGreaterThan(300);
    const { late, keys, damaged, notices, noticesAtOnce, noticesPutOff, noticeKeys, forgeries } =
      report.counts;
    for (const count of [kills, redisRestarts, logouts, afterwards, late, keys, damaged])
      expect(count).toBeGreaterThan(0);
    for (const count of [notices, noticesPutOff, noticeKeys, forgeries]) expect(count).toBeGreaterThan(0);
    expect(ends).toBe(Number(logouts) + Number(noticesAtOnce));
  });

  const calm = {
    kill: 1e9,
    redis: 1e9,
    role: 150,
    withdrawal: 1e9,
    key: 1e9,
    damage: 1e9,
    notice: 1e9,
    forgery: 1e9,
  };

  it.each([
    ["renewal without a lock", "refresh token \\d+ was sent twice", {}],
    ["renewals that are not stored", "refresh token \\d+ was sent twice", {}],
    ["writes that do not compare", "a session was alive after its end|a session came back", {}],
    // Found at the end, when all is over.
    [
      "late renewals that are not revoked",
      "a refresh token outlived its session",
      { logouts: 0.5, seconds: 15 },
    ],
    [
      "notices that are refused while their key is not known",
      "a notice under a new key was answered 400",
      { every: { ...calm, notice: 300, forgery: 1000 } },
    ],
    ["notices that end nothing", "a session was alive after its notice", { every: { ...calm, notice: 300 } }],
    [
      "notices that anybody may sign",
      "a forged notice was answered 200|a session was lost without a cause",
      { every: { ...calm, forgery: 300 } },
    ],
    [
      "notices that revoke nothing",
      "a refresh token outlived its session",
      { logouts: 0, seconds: 15, every: { ...calm, notice: 300 } },
    ],
    ["marks that go unnoticed", "served by a token that is too old|judged by roles of another time", {}],
  ])("notices %s", async (mutation, violation, more) => {
    const report = await check({
      seed: 5,
      renewals: 5000,
      seconds: 60,
      sessions: 60,
      instances: 2,
      logouts: 0.2,
      every: calm,
      mutation,
      stopAtFirst: true,
      ...more,
    });
    expect(report.told[0]).toMatch(new RegExp(violation));
  });
});
