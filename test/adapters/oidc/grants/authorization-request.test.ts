import { describe, expect, it } from "vitest";
import { cognito } from "../../../support/stub-provider/dialects/cognito.ts";
import { attempt, pair } from "../provider.ts";

const asked = async (all: Awaited<ReturnType<typeof pair>>) =>
  new URL(await all.provider.authorizationUrl(attempt)).searchParams;

describe("what the operator has a login ask for", () => {
  it("is asked for, whatever the provider lists", async () => {
    const scopes = ["openid", "groups", "our-own"];
    await using all = await pair(() => ({ authorization: { scopes } }));
    expect((await asked(all)).get("scope")).toBe("openid groups our-own");
  });

  it("goes with what the code flow itself needs, which it cannot replace", async () => {
    const parameters = { prompt: "consent", access_type: "offline", state: "x", nonce: "x", scope: "x" };
    await using all = await pair(() => ({ authorization: { parameters } }));
    expect(Object.fromEntries(await asked(all))).toMatchObject({
      prompt: "consent",
      access_type: "offline",
      scope: "openid profile email offline_access",
      state: attempt.state,
      nonce: attempt.nonce,
    });
    await all.logIn();
  });
});

it("a login without a refresh token says which settings ask for one", async () => {
  await using all = await pair(undefined, { dialect: { ...cognito, needsOfflineAccess: true } });
  await expect(all.logIn()).rejects.toMatchObject({
    code: "sign-in-failed",
    reason: expect.stringMatching(
      /^No refresh token came back\..*OAUTH2_SCOPES.*OAUTH2_AUTHORIZATION_PARAMS/,
    ),
  });
});
