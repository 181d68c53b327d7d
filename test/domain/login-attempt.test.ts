import { describe, expect, it } from "vitest";
import type { LoginAttempt } from "../../src/domain/login-attempt.ts";
import { isAnsweredBy, loginAttemptLifetime } from "../../src/domain/login-attempt.ts";
import { home } from "../../src/domain/return-path.ts";

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
    [begun, true],
    [begun + 3599.9, true],
    [begun + 3600, false],
    [begun + 86400, false],
  ])("may end at %d: %s", (now, verdict) => {
    expect(isAnsweredBy(attempt, "the-state", now)).toBe(verdict);
  });

  it.each(["", "the-stat", "the-state2", "THE-STATE"])("is not answered under the state %j", (state) => {
    expect(isAnsweredBy(attempt, state, begun)).toBe(false);
  });
});
