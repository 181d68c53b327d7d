import { describe, expect, it } from "vitest";
import { cognito } from "../../../support/stub-provider/dialects/cognito.ts";
import { attempt, startProvider } from "../stubbed-provider.ts";

const parametersOf = async ({ provider }: Awaited<ReturnType<typeof startProvider>>) =>
  new URL(await provider.authorizationUrl(attempt)).searchParams;

describe("the authorization request", () => {
  it("has the configured scopes, whatever the provider supports", async () => {
    const scopes = ["openid", "groups", "our-own"];
    await using fixture = await startProvider(() => ({ authorization: { scopes } }));
    expect((await parametersOf(fixture)).get("scope")).toBe("openid groups our-own");
  });

  it("has the configured parameters, which cannot replace those of the code flow", async () => {
    const parameters = { prompt: "consent", access_type: "offline", state: "x", nonce: "x", scope: "x" };
    await using fixture = await startProvider(() => ({ authorization: { parameters } }));
    expect(Object.fromEntries(await parametersOf(fixture))).toMatchObject({
      prompt: "consent",
      access_type: "offline",
      scope: "openid profile email offline_access",
      state: attempt.state,
      nonce: attempt.nonce,
    });
    await fixture.logIn();
  });
});

it("a login without a refresh token names the settings that request one", async () => {
  await using fixture = await startProvider(undefined, { dialect: { ...cognito, needsOfflineAccess: true } });
  await expect(fixture.logIn()).rejects.toMatchObject({
    code: "sign-in-failed",
    reason: expect.stringMatching(
      /^No refresh token came back\..*OAUTH2_SCOPES.*OAUTH2_AUTHORIZATION_PARAMS/,
    ),
  });
});
