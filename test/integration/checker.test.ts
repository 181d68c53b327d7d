import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { check } from "../checker/model/run.ts";

/** Printed with the seed, by which a failed run can be repeated: `npm run checker -- --seed …`. */
const print = (line: string): void => void process.stdout.write(`checker: ${line}\n`);

describe("the checker", () => {
  it("finds no violation in half a minute of renewals, kills, restarts and errors", async () => {
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
        backchannelLogout: 700,
        forgery: 3000,
        membership: 500,
        newcomer: 2000,
        recordDamage: 15_000,
      },
      progress: print,
    });
    print(JSON.stringify(report));
    expect(report.firstViolations).toEqual([]);
    // Without these, the run would prove nothing.
    const { renewals, kills, redisRestarts, logouts, endedSessionRequests, ends } = report.counts;
    expect(renewals).toBeGreaterThan(300);
    for (const count of [kills, redisRestarts, logouts, endedSessionRequests])
      expect(count).toBeGreaterThan(0);
    const { late, keys, damaged, logoutTokens, logoutTokensDeferred, logoutTokenKeys } = report.counts;
    const { logoutTokensAcceptedAtOnce, forgedLogoutTokens } = report.counts;
    for (const count of [late, keys, damaged]) expect(count).toBeGreaterThan(0);
    for (const count of [logoutTokens, logoutTokensDeferred, logoutTokenKeys, forgedLogoutTokens])
      expect(count).toBeGreaterThan(0);
    const { grants, newcomers, memberRequests, damagedRecords } = report.counts;
    for (const count of [grants, newcomers, memberRequests, damagedRecords]) expect(count).toBeGreaterThan(0);
    expect(ends).toBe(Number(logouts) + Number(logoutTokensAcceptedAtOnce));
  });

  const noFaults = {
    kill: 1e9,
    redis: 1e9,
    role: 150,
    withdrawal: 1e9,
    key: 1e9,
    damage: 1e9,
    backchannelLogout: 1e9,
    forgery: 1e9,
    membership: 1e9,
    newcomer: 1e9,
    recordDamage: 1e9,
  };

  it.each([
    ["renewal without a lock", "refresh token \\d+ was sent twice", {}],
    ["renewals that are not stored", "refresh token \\d+ was sent twice", {}],
    ["writes that do not compare", "a session was alive after its end|a session came back", {}],
    // Detected at the end, when ended sessions are checked.
    [
      "late renewals that are not revoked",
      "a refresh token outlived its session",
      { logouts: 0.5, seconds: 15 },
    ],
    [
      "logout tokens that are rejected while their key is unknown",
      "a logout token under a new key was answered 400",
      { every: { ...noFaults, backchannelLogout: 300, forgery: 1000 } },
    ],
    [
      "logout tokens that end no session",
      "a session was alive after its logout token",
      { every: { ...noFaults, backchannelLogout: 300 } },
    ],
    [
      "logout tokens whose signature is not verified",
      "a forged logout token was answered 200|a session was lost without a cause",
      { every: { ...noFaults, forgery: 300 } },
    ],
    [
      "logout tokens that revoke no refresh token",
      "a refresh token outlived its session",
      { logouts: 0, seconds: 15, every: { ...noFaults, backchannelLogout: 300 } },
    ],
    [
      "not-before marks that are cached for too long",
      "served by a token that is too old|served with roles of another time",
      {},
    ],
    [
      "memberships that are cached for too long",
      "denied in spite of the role|served without the role",
      { every: { ...noFaults, membership: 500, newcomer: 1000 } },
    ],
    [
      "changes of memberships that the instance itself learns of late",
      "denied in spite of the role|served without the role",
      { every: { ...noFaults, membership: 500, newcomer: 1000 } },
    ],
    [
      "memberships of whoever has the username",
      "served without the role",
      { every: { ...noFaults, membership: 500 } },
    ],
    ["memberships that have no end", "served without the role", { every: { ...noFaults, membership: 500 } }],
    [
      "records that are written without a condition",
      "is not stored|is still stored|denied in spite of the role|served without the role",
      { every: { ...noFaults, membership: 100, newcomer: 200 } },
    ],
    [
      "damaged memberships that count as none",
      "answered without the record of memberships|denied in spite of the role",
      { every: { ...noFaults, membership: 500, recordDamage: 3000 } },
    ],
  ])("detects %s", async (mutation, violation, more) => {
    const report = await check({
      seed: 5,
      renewals: 5000,
      seconds: 60,
      sessions: 60,
      instances: 2,
      logouts: 0.2,
      every: noFaults,
      mutation,
      stopAtFirst: true,
      ...more,
    });
    expect(report.firstViolations[0]).toMatch(new RegExp(violation));
  });
});
