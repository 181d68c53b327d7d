import { describe, expect, it } from "vitest";
import type { OidcOptions } from "../../../src/adapters/oidc/options.ts";
import { cognito, cognitoIssuer } from "../../support/stub-provider/dialects/cognito.ts";
import type { Dialect } from "../../support/stub-provider/dialects/dialect.ts";
import { entra, entraIssuer } from "../../support/stub-provider/dialects/entra.ts";
import { attempt, pair } from "./provider.ts";

/** A provider that speaks as a real one does, and the adapter. */
const speaking = (dialect: Dialect, options: Partial<OidcOptions> = {}) => pair(() => options, { dialect });

const documented = { "Microsoft Entra ID": entra, "Amazon Cognito": cognito };

describe.each(Object.entries(documented))("%s, as documented", (_, dialect) => {
  it("logs people in, and renews what they got, time after time", async () => {
    await using all = await speaking(dialect);
    let { tokens, claims } = await all.logIn();
    expect(claims).toMatchObject({ iss: dialect.issuer, aud: "app-client" });
    for (let turn = 0; turn < 3; turn += 1) {
      all.passSeconds(301);
      const renewed = await all.provider.refresh(tokens);
      if (renewed === "refused" || renewed.claims === undefined) return expect.unreachable();
      ({ tokens, claims } = renewed);
      expect(claims).not.toHaveProperty("nonce");
      expect(await all.provider.verify({ idToken: tokens.idToken }, "app")).toMatchObject({
        outcome: "valid",
      });
    }
    await all.provider.revoke(tokens);
  });

  it("logs in public clients, which have no secret", async () => {
    const clients = { app: { id: "app-client" }, cli: { id: "cli-client" } };
    await using all = await pair(undefined, { dialect, clients });
    const { tokens } = await all.logIn();
    expect(await all.provider.refresh(tokens)).not.toBe("refused");
    await all.provider.revoke(tokens);
  });

  it("may change its keys, under ids in Base64 too", async () => {
    await using all = await speaking(dialect, { keys: { ownInterval: 0.01, strangerInterval: 0 } });
    await all.provider.ready();
    await all.stub.rotateKeys("1234example+/w==");
    expect(await all.provider.verify({ idToken: await all.stub.idToken() }, "cli")).toMatchObject({
      outcome: "valid",
    });
    await all.logIn();
  });
});

describe("what is asked for at a login", () => {
  it.each([
    ["Microsoft Entra ID", entra, "openid profile email offline_access"],
    ["Amazon Cognito", cognito, "openid profile email"],
  ])("of %s", async (_, dialect, scope) => {
    await using all = await speaking(dialect);
    const { searchParams } = new URL(await all.provider.authorizationUrl(attempt));
    expect(searchParams.get("scope")).toBe(scope);
    expect(searchParams.get("code_challenge_method")).toBe("S256");
  });
});

describe("a token that is no id token for us", () => {
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
    ["Entra's that another application asked for", entra, { azp: "another-client" }],
    ["Cognito's access token, which names no audience", cognito, { ...access, aud: undefined }],
    ["Cognito's access token that is bound to a resource", cognito, { ...access, aud: "cli-client" }],
    ["Cognito's of another pool", cognito, { iss: cognitoIssuer.replace("AbCdEfGhI", "JkLmNoPqR") }],
  ])("is refused: %s", async (_, dialect, claims) => {
    await using all = await speaking(dialect);
    expect(await all.provider.verify({ idToken: await all.stub.idToken() }, "cli")).toMatchObject({
      outcome: "valid",
    });
    expect(await all.provider.verify({ idToken: await all.stub.idToken(claims) }, "cli")).toMatchObject({
      outcome: "invalid",
    });
  });
});

describe("Microsoft Entra ID", () => {
  it("gives no refresh token to those who do not ask for offline_access, and the login says so", async () => {
    await using all = await speaking(entra, { overrides: { scopes_supported: ["openid", "profile"] } });
    await expect(all.logIn()).rejects.toMatchObject({
      code: "sign-in-failed",
      reason: expect.stringMatching(/^No refresh token came back\./),
    });
  });

  it("logs nobody in at the address for all tenants, whose issuer is a placeholder", async () => {
    const issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
    await using all = await speaking({ ...entra, metadata: { ...entra.metadata, issuer } });
    await expect(all.logIn()).rejects.toMatchObject({ code: "sign-in-failed" });
    expect(await all.provider.verify({ idToken: await all.stub.idToken() }, "cli")).toMatchObject({
      outcome: "invalid",
    });
  });

  it("has no endpoint that revokes, and is not asked to", async () => {
    await using all = await speaking(entra);
    const { tokens } = await all.logIn();
    await all.provider.revoke(tokens);
    expect(all.stub.state.calls.revocation).toBe(0);
  });
});

describe("Amazon Cognito", () => {
  it("gives no refresh token at a renewal, and the old one stays in use", async () => {
    await using all = await speaking(cognito);
    const { tokens } = await all.logIn();
    const renewed = await all.provider.refresh(tokens);
    expect(renewed).toMatchObject({ tokens: { refreshToken: tokens.refreshToken } });
  });

  it("revokes a token for a client that proves itself in the header", async () => {
    await using all = await speaking(cognito);
    const { tokens } = await all.logIn();
    await all.provider.revoke(tokens);
    expect(all.stub.state.revoked).toEqual([tokens.refreshToken]);
    expect(await all.provider.refresh(tokens)).toBe("refused");
  });
});
