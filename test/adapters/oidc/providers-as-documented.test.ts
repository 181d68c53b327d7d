import { describe, expect, it } from "vitest";
import type { OidcOptions } from "../../../src/adapters/oidc/options.ts";
import { cognito, cognitoIssuer } from "../../support/stub-provider/dialects/cognito.ts";
import type { Dialect } from "../../support/stub-provider/dialects/dialect.ts";
import { entra, entraIssuer } from "../../support/stub-provider/dialects/entra.ts";
import { attempt, startProvider } from "./stubbed-provider.ts";

/** A stub that behaves as a real provider is documented to, and the adapter. */
const startDialect = (dialect: Dialect, options: Partial<OidcOptions> = {}) =>
  startProvider(() => options, { dialect });

const documented = { "Microsoft Entra ID": entra, "Amazon Cognito": cognito };

describe.each(Object.entries(documented))("%s, as documented", (_, dialect) => {
  it("logs people in, and renews their tokens repeatedly", async () => {
    await using fixture = await startDialect(dialect);
    let { tokens, claims } = await fixture.logIn();
    expect(claims).toMatchObject({ iss: dialect.issuer, aud: "app-client" });
    for (let turn = 0; turn < 3; turn += 1) {
      fixture.advanceClock(301);
      const renewed = await fixture.provider.refresh(tokens);
      if (renewed === "refused" || renewed.claims === undefined) return expect.unreachable();
      ({ tokens, claims } = renewed);
      expect(claims).not.toHaveProperty("nonce");
      expect(await fixture.provider.verify({ idToken: tokens.idToken }, "app")).toMatchObject({
        outcome: "valid",
      });
    }
    await fixture.provider.revoke(tokens);
  });

  it("logs in public clients, which have no secret", async () => {
    const clients = { app: { id: "app-client" }, cli: { id: "cli-client" } };
    await using fixture = await startProvider(undefined, { dialect, clients });
    const { tokens } = await fixture.logIn();
    expect(await fixture.provider.refresh(tokens)).not.toBe("refused");
    await fixture.provider.revoke(tokens);
  });

  it("may rotate its keys, to a `kid` in Base64 too", async () => {
    await using fixture = await startDialect(dialect, {
      keys: { trustedInterval: 0.01, untrustedInterval: 0 },
    });
    await fixture.provider.ready();
    await fixture.stub.rotateKeys("1234example+/w==");
    expect(await fixture.provider.verify({ idToken: await fixture.stub.idToken() }, "cli")).toMatchObject({
      outcome: "valid",
    });
    await fixture.logIn();
  });
});

describe("the scopes and the PKCE method of an authorization request", () => {
  it.each([
    ["Microsoft Entra ID", entra, "openid profile email offline_access"],
    ["Amazon Cognito", cognito, "openid profile email"],
  ])("to %s", async (_, dialect, scope) => {
    await using fixture = await startDialect(dialect);
    const { searchParams } = new URL(await fixture.provider.authorizationUrl(attempt));
    expect(searchParams.get("scope")).toBe(scope);
    expect(searchParams.get("code_challenge_method")).toBe("S256");
  });
});

describe("a token that is no id token of our client", () => {
  const access = { token_use: "access", client_id: "cli-client", username: "alice", scope: "openid profile" };
  it.each([
    [
      "Entra's access token, which is for Microsoft Graph",
      entra,
      { aud: "00000003-0000-0000-c000-000000000000" },
    ],
    [
      "Entra's of version 1.0",
      entra,
      { iss: "https://sts.windows.net/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/" },
    ],
    ["Entra's of another tenant", entra, { iss: entraIssuer.replace("8eaef023", "00000000") }],
    ["Entra's of another application", entra, { azp: "another-client" }],
    ["Cognito's access token, which has no audience", cognito, { ...access, aud: undefined }],
    ["Cognito's access token that is bound to a resource", cognito, { ...access, aud: "cli-client" }],
    ["Cognito's of another pool", cognito, { iss: cognitoIssuer.replace("AbCdEfGhI", "JkLmNoPqR") }],
  ])("is rejected: %s", async (_, dialect, claims) => {
    await using fixture = await startDialect(dialect);
    expect(await fixture.provider.verify({ idToken: await fixture.stub.idToken() }, "cli")).toMatchObject({
      outcome: "valid",
    });
    expect(
      await fixture.provider.verify({ idToken: await fixture.stub.idToken(claims) }, "cli"),
    ).toMatchObject({
      outcome: "invalid",
    });
  });
});

describe("Microsoft Entra ID", () => {
  it("issues no refresh token without offline_access, and the login says so", async () => {
    await using fixture = await startDialect(entra, {
      overrides: { scopes_supported: ["openid", "profile"] },
    });
    await expect(fixture.logIn()).rejects.toMatchObject({
      code: "sign-in-failed",
      reason: expect.stringMatching(/^No refresh token came back\./),
    });
  });

  it("logs nobody in at the multi-tenant endpoint, whose issuer is a placeholder", async () => {
    const issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
    await using fixture = await startDialect({ ...entra, metadata: { ...entra.metadata, issuer } });
    await expect(fixture.logIn()).rejects.toMatchObject({ code: "sign-in-failed" });
    expect(await fixture.provider.verify({ idToken: await fixture.stub.idToken() }, "cli")).toMatchObject({
      outcome: "invalid",
    });
  });

  it("has no revocation endpoint, and gets no revocation request", async () => {
    await using fixture = await startDialect(entra);
    const { tokens } = await fixture.logIn();
    await fixture.provider.revoke(tokens);
    expect(fixture.stub.state.calls.revocation).toBe(0);
  });
});

describe("Amazon Cognito", () => {
  it("issues no refresh token at a refresh grant, and the old one stays in use", async () => {
    await using fixture = await startDialect(cognito);
    const { tokens } = await fixture.logIn();
    const renewed = await fixture.provider.refresh(tokens);
    expect(renewed).toMatchObject({ tokens: { refreshToken: tokens.refreshToken } });
  });

  it("revokes a token for a client that authenticates in the header", async () => {
    await using fixture = await startDialect(cognito);
    const { tokens } = await fixture.logIn();
    await fixture.provider.revoke(tokens);
    expect(fixture.stub.state.revoked).toEqual([tokens.refreshToken]);
    expect(await fixture.provider.refresh(tokens)).toBe("refused");
  });
});
