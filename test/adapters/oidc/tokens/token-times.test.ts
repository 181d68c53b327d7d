import { describe, expect, it } from "vitest";
import { pair } from "../provider.ts";

const start = 1_800_000_000;
const year = 366 * 86400;

/** What becomes of a token with these times: a Bearer one, and one of a session. */
const verdicts = async (claims: object) => {
  await using all = await pair(undefined, {}, start);
  return await Promise.all(
    (["cli", "app"] as const).map(async (client) =>
      all.provider.verify({ idToken: await all.stub.idToken({ ...claims }, client) }, client),
    ),
  );
};

const notTime = (claim: string) => `The token's claim "${claim}" is no time in seconds.`;
const tooLong = "The token is good for longer than a year.";

describe("times that cannot be", () => {
  it.each([
    ["an end that no calendar has", { exp: 1e300 }, notTime("exp")],
    ["an end in milliseconds", { exp: (start + 300) * 1000 }, notTime("exp")],
    ["a start in milliseconds", { iat: start * 1000, exp: start + 300 }, notTime("iat")],
    ["a start that no calendar has", { iat: 1e300, exp: 1e300 }, notTime("exp")],
    ["a start before all calendars", { iat: -1e300 }, notTime("iat")],
    ["another start that no calendar has", { nbf: 1e300 }, expect.stringContaining('claim "nbf"')],
    ["a life of more than a year", { iat: start, exp: start + year + 1 }, tooLong],
    ["the last second that there is", { exp: 253_402_300_799 }, tooLong],
  ])("are refused: %s", async (_, claims, reason) => {
    for (const verdict of await verdicts(claims)) expect(verdict).toEqual({ outcome: "invalid", reason });
  });

  it("are refused at a login, when they come", async () => {
    await using all = await pair(undefined, {}, start);
    all.stub.state.tokenLife = 1e300;
    await expect(all.logIn()).rejects.toMatchObject({ code: "sign-in-failed", reason: notTime("exp") });
  });
});

it.each([
  ["a life of a year", { iat: start, exp: start + year }],
  ["a life of a month", { iat: start - 60, exp: start + 30 * 86400 }],
  ["no start", { iat: undefined, exp: start + year }],
])("times that can be are taken: %s", async (_, claims) => {
  for (const verdict of await verdicts(claims)) expect(verdict).toMatchObject({ outcome: "valid" });
});

it("a session's token is good whatever the clock has become, and one that is undated is held against it only as it comes", async () => {
  await using all = await pair(undefined, {}, start);
  const undated = await all.stub.idToken({ iat: undefined, exp: start + year }, "cli");
  const { tokens } = await all.logIn();
  all.passSeconds(-start);
  expect(await all.provider.verify({ idToken: tokens.idToken }, "app")).toMatchObject({ outcome: "valid" });
  expect(await all.provider.verify({ idToken: undated }, "cli")).toEqual({
    outcome: "invalid",
    reason: tooLong,
  });
});
