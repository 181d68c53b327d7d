import { describe, expect, it } from "vitest";
import { SignInFailed, SignInLost } from "../../../../src/domain/failure.ts";
import { home } from "../../../../src/domain/sessions/return-path.ts";
import { signInSetup } from "./sign-in-setup.ts";

const refused = { event: "sign-in", outcome: "refused" };

describe("an error response", () => {
  it("fails the login with the provider's error and description, which are logged", async () => {
    const s = signInSetup();
    const query = "error=access_denied&error_description=Not%20today";
    await expect(s.finish(await s.begin(), { query })).rejects.toMatchObject({
      reason: "access_denied",
      providerError: { error: "access_denied", description: "Not today" },
      returnTo: home,
    });
    expect(s.log.events).toEqual([{ ...refused, reason: "access_denied", description: "Not today" }]);
  });

  it("redeems no code", async () => {
    const s = signInSetup();
    s.identityProvider.redeemCode = () => Promise.reject(new Error("a code was redeemed"));
    await expect(s.finish(await s.begin(), { query: "error=x&code=1" })).rejects.toThrow(SignInFailed);
  });

  it("for an attempt that this browser did not start is only logged", async () => {
    const s = signInSetup();
    const { state } = await s.begin();
    const finished = s.finish({ sealedAttempt: undefined, state }, { query: "error=x" });
    await expect(finished).rejects.toThrow(SignInLost);
    expect(s.log.events).toEqual([
      { ...refused, reason: new SignInLost("unknown").message, description: "x" },
    ]);
  });
});

describe("a code that is not redeemed", () => {
  it("keeps the provider's error and the cause", async () => {
    const s = signInSetup();
    const cause = new Error("the code is unknown");
    const providerError = { error: "invalid_grant", description: "Code not valid" };
    s.identityProvider.redeemCode = () => Promise.reject(new SignInFailed("x", { providerError, cause }));
    await expect(s.finish(await s.begin())).rejects.toMatchObject({ providerError, cause });
    expect(s.log.events).toEqual([{ ...refused, reason: "invalid_grant", description: "Code not valid" }]);
  });

  it("lets an error of this program pass, which is no refusal", async () => {
    const s = signInSetup();
    s.identityProvider.redeemCode = () => Promise.reject(new TypeError("x is not a function"));
    await expect(s.finish(await s.begin())).rejects.toThrow(TypeError);
    expect(s.log.events).toEqual([]);
  });
});

describe("an attempt", () => {
  it("that comes a second time is logged as lost", async () => {
    const s = signInSetup();
    const begun = await s.begin();
    await s.finish(begun);
    s.log.events.length = 0;
    await expect(s.finish(begun)).rejects.toMatchObject({ why: "unknown" });
    expect(s.log.events).toEqual([{ ...refused, reason: new SignInLost("unknown").message }]);
  });

  it("that has expired is logged as such", async () => {
    const s = signInSetup();
    const begun = await s.begin();
    s.clock.pass(3600);
    await expect(s.finish(begun)).rejects.toMatchObject({ why: "expired" });
    expect(s.log.events).toEqual([{ ...refused, reason: new SignInLost("expired").message }]);
  });
});
