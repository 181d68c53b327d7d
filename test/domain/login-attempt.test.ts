import { describe, expect, it } from "vitest";
import type { LoginAttempt } from "../../src/domain/login-attempt.ts";
import { judgeAttempt, loginAttemptLifetime } from "../../src/domain/login-attempt.ts";
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
    [begun, "good"],
    [begun + 3599.9, "good"],
    [begun + 3600, "late"],
    [begun + 86400, "late"],
  ])("is at %d: %s", (now, verdict) => {
    expect(judgeAttempt(attempt, "the-state", now)).toBe(verdict);
  });

  it.each(["", "the-stat", "the-state2", "THE-STATE"])("is not answered under the state %j", (state) => {
    expect(judgeAttempt(attempt, state, begun)).toBe("unknown");
  });
});
