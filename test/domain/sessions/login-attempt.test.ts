import { describe, expect, it } from "vitest";
import type { LoginAttempt } from "../../../src/domain/sessions/login-attempt.ts";
import {
  checkAttempt,
  loginAttemptLifetime,
  parseAttempt,
} from "../../../src/domain/sessions/login-attempt.ts";
import { home } from "../../../src/domain/sessions/return-path.ts";

const begun = 1_800_000_000;
const attempt: LoginAttempt = {
  state: "the-state",
  nonce: "n",
  codeVerifier: "v",
  redirectUri: "https://groups.example.org/logged-in",
  returnTo: home,
  begun,
};

describe("a login that has begun", () => {
  it("ends within the hour", () => {
    expect(loginAttemptLifetime).toBe(3600);
  });

  it.each([
    [begun, "valid"],
    [begun + 3599.9, "valid"],
    [begun + 3600, "expired"],
    [begun + 86400, "expired"],
  ])("is at %d: %s", (now, verdict) => {
    expect(checkAttempt(attempt, "the-state", now)).toBe(verdict);
  });

  it.each(["", "the-stat", "the-state2", "THE-STATE"])("is not answered under the state %j", (state) => {
    expect(checkAttempt(attempt, state, begun)).toBe("unknown");
  });
});

describe("the JSON of a login that has begun", () => {
  it("is read as it was written", () => {
    expect(parseAttempt(JSON.stringify(attempt))).toEqual(attempt);
  });

  it.each([
    ["no JSON", "{"],
    ["null", "null"],
    ["a list", JSON.stringify([attempt])],
    ...Object.keys(attempt).map((name) => [
      `without ${name}`,
      JSON.stringify({ ...attempt, [name]: undefined }),
    ]),
    ["an empty verifier", JSON.stringify({ ...attempt, codeVerifier: "" })],
    ["a begin in words", JSON.stringify({ ...attempt, begun: "today" })],
    ["another host to return to", JSON.stringify({ ...attempt, returnTo: "//evil.example" })],
    ["a list to return to", JSON.stringify({ ...attempt, returnTo: ["/"] })],
  ])("is none: %s", (_, text) => {
    expect(parseAttempt(text)).toBeUndefined();
  });
});
