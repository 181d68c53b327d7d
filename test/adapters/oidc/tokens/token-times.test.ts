import { describe, expect, it } from "vitest";
import { startProvider } from "../stubbed-provider.ts";

const start = 1_800_000_000;
const year = 366 * 86400;

/** The verifications of a token with these times: as a Bearer token, and as a session's. */
const verifications = async (claims: object) => {
  await using fixture = await startProvider(undefined, {}, start);
  return await Promise.all(
    (["cli", "app"] as const).map(async (client) =>
      fixture.provider.verify({ idToken: await fixture.stub.idToken({ ...claims }, client) }, client),
    ),
  );
};

const notTime = (claim: string) => `The token's claim "${claim}" is no time in seconds.`;
const tooLong = "The token is good for longer than a year.";

describe("implausible times", () => {
  it.each([
    ["`exp` out of range", { exp: 1e300 }, notTime("exp")],
    ["`exp` in milliseconds", { exp: (start + 300) * 1000 }, notTime("exp")],
    ["`iat` in milliseconds", { iat: start * 1000, exp: start + 300 }, notTime("iat")],
    ["`iat` and `exp` out of range", { iat: 1e300, exp: 1e300 }, notTime("exp")],
    ["a negative `iat`", { iat: -1e300 }, notTime("iat")],
    ["`nbf` out of range", { nbf: 1e300 }, expect.stringContaining('claim "nbf"')],
    ["a lifetime of more than a year", { iat: start, exp: start + year + 1 }, tooLong],
    ["the largest `exp` in range", { exp: 253_402_300_799 }, tooLong],
  ])("are rejected: %s", async (_, claims, reason) => {
    for (const verification of await verifications(claims)) {
      expect(verification).toEqual({ outcome: "invalid", reason });
    }
  });

  it("are rejected at a login", async () => {
    await using fixture = await startProvider(undefined, {}, start);
    fixture.stub.state.idTokenLifetime = 1e300;
    await expect(fixture.logIn()).rejects.toMatchObject({ code: "sign-in-failed", reason: notTime("exp") });
  });
});

it.each([
  ["a lifetime of a year", { iat: start, exp: start + year }],
  ["a lifetime of a month", { iat: start - 60, exp: start + 30 * 86400 }],
  ["no `iat`", { iat: undefined, exp: start + year }],
])("plausible times are accepted: %s", async (_, claims) => {
  for (const verification of await verifications(claims)) {
    expect(verification).toMatchObject({ outcome: "valid" });
  }
});

it("a session's token is valid whatever the clock says; the lifetime of a Bearer token without `iat` is counted from now", async () => {
  await using fixture = await startProvider(undefined, {}, start);
  const undated = await fixture.stub.idToken({ iat: undefined, exp: start + year }, "cli");
  const { tokens } = await fixture.logIn();
  fixture.advanceClock(-start);
  expect(await fixture.provider.verify({ idToken: tokens.idToken }, "app")).toMatchObject({
    outcome: "valid",
  });
  expect(await fixture.provider.verify({ idToken: undated }, "cli")).toEqual({
    outcome: "invalid",
    reason: tooLong,
  });
});
