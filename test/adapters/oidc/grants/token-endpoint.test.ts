import { describe, expect, it } from "vitest";
import type { OidcOptions } from "../../../../src/adapters/oidc/options.ts";
import type { VerifiedTokens } from "../../../../src/ports/driven/identity/identity-provider.ts";
import { startProvider } from "../stubbed-provider.ts";

const client = (overrides: Partial<OidcOptions["client"]>) => () => ({
  client: { id: "app-client", secret: "app secret: ü+/&", ...overrides },
});

const supporting = (...methods: readonly string[]) => ({
  metadata: { token_endpoint_auth_methods_supported: methods },
});

describe("client authentication at the token endpoint", () => {
  it.each([
    ["by post", "when the metadata list no methods", client({}), {}],
    [
      "by post",
      "when the provider supports both",
      client({}),
      supporting("client_secret_basic", "client_secret_post"),
    ],
    [
      "by basic",
      "when the provider supports that alone",
      client({}),
      supporting("private_key_jwt", "client_secret_basic"),
    ],
    ["by basic", "when that is configured", client({ authentication: "client_secret_basic" }), {}],
    [
      "by post",
      "when that is configured",
      client({ authentication: "client_secret_post" }),
      supporting("client_secret_basic"),
    ],
  ])("is %s %s, at logins and at renewals", async (method, _when, options, stubOptions) => {
    await using fixture = await startProvider(options, stubOptions);
    const { tokens } = await fixture.logIn();
    expect(await fixture.provider.refresh(tokens)).not.toBe("refused");
    expect(fixture.stub.state.tokenRequests).toHaveLength(2);
    for (const { authorization, form } of fixture.stub.state.tokenRequests) {
      expect(authorization !== undefined).toBe(method === "by basic");
      expect(form.has("client_secret")).toBe(method === "by post");
    }
  });

  it.each([["no"], ["an empty"]])("is none for a client with %s secret", async (which) => {
    const clients = { app: { id: "app-client" }, cli: { id: "cli-client" } };
    await using fixture = await startProvider(
      () => ({ client: which === "no" ? { id: "app-client" } : { id: "app-client", secret: "" } }),
      { clients, ...supporting("client_secret_basic") },
    );
    const { tokens } = await fixture.logIn();
    await fixture.provider.refresh(tokens);
    for (const { authorization, form } of fixture.stub.state.tokenRequests) {
      expect(authorization).toBeUndefined();
      expect(form.has("client_secret")).toBe(false);
      expect(form.get("client_id")).toBe("app-client");
    }
  });

  it("comes with the parameters of the specification and no others", async () => {
    await using fixture = await startProvider();
    const { tokens } = await fixture.logIn();
    await fixture.provider.refresh(tokens);
    const [login, renewal] = fixture.stub.state.tokenRequests.map(({ form }) => [...form.keys()].sort());
    expect(login).toEqual([
      "client_id",
      "client_secret",
      "code",
      "code_verifier",
      "grant_type",
      "redirect_uri",
    ]);
    expect(renewal).toEqual(["client_id", "client_secret", "grant_type", "refresh_token"]);
  });

  it("fails a login, and ends none, when the secret is wrong", async () => {
    await using fixture = await startProvider(client({ secret: "wrong" }));
    await expect(fixture.logIn()).rejects.toMatchObject({ code: "sign-in-failed", reason: "invalid_client" });
    const tokens = { idToken: await fixture.stub.idToken({}, "app"), accessToken: "a", refreshToken: "r" };
    await expect(fixture.provider.refresh(tokens)).rejects.toMatchObject({ code: "provider-down" });
  });

  it.each([
    ["header", "form"],
    ["form", "header"],
  ] as const)(
    "is tried once more by %s, where the metadata list no method or the wrong one",
    async (where, wrong) => {
      const listed = wrong === "form" ? {} : supporting("client_secret_basic");
      await using fixture = await startProvider(undefined, listed);
      const { state } = fixture.stub;
      state.secretLocation = where;
      const { tokens } = await fixture.logIn();
      expect(await fixture.provider.refresh(tokens)).not.toBe("refused");
      await fixture.provider.revoke(tokens);
      expect(state.revoked).toEqual([tokens.refreshToken]);
      const used = (requests: typeof state.tokenRequests) =>
        requests.map(({ authorization }) => (authorization === undefined ? "form" : "header"));
      // The method that succeeded is used first at every endpoint.
      expect(used(state.tokenRequests)).toEqual([wrong, where, where]);
      expect(used(state.revocationRequests).at(-1)).toBe(where);
    },
  );

  it("is the same at other endpoints as it was at the token endpoint", async () => {
    await using fixture = await startProvider();
    fixture.stub.state.secretLocation = "header";
    const { tokens } = await fixture.logIn();
    await fixture.provider.revoke(tokens);
    expect(fixture.stub.state.revocationRequests).toHaveLength(1);
  });

  it("is by the configured method alone", async () => {
    await using fixture = await startProvider(client({ authentication: "client_secret_post" }));
    fixture.stub.state.secretLocation = "header";
    await expect(fixture.logIn()).rejects.toMatchObject({ code: "sign-in-failed", reason: "invalid_client" });
    expect(fixture.stub.state.tokenRequests).toHaveLength(1);
  });

  it("is tried by the other method once, and no more, when both are rejected", async () => {
    await using fixture = await startProvider(client({ secret: "wrong" }));
    await expect(fixture.logIn()).rejects.toMatchObject({ code: "sign-in-failed", reason: "invalid_client" });
    expect(fixture.stub.state.tokenRequests).toHaveLength(2);
  });

  it("does without `iss` in the callback where the provider does not support it, and rejects a wrong one", async () => {
    await using fixture = await startProvider(undefined, {
      metadata: { authorization_response_iss_parameter_supported: undefined },
    });
    fixture.stub.injectFault("missing-iss-in-callback");
    await fixture.logIn();
    fixture.stub.injectFault("wrong-iss-in-callback");
    fixture.stub.state.activeFaults.delete("missing-iss-in-callback");
    await expect(fixture.logIn()).rejects.toMatchObject({ code: "sign-in-failed" });
  });
});

describe("clock tolerance", () => {
  it("refers to the server's clock, whatever the machine's says", async () => {
    await using fixture = await startProvider(undefined, {}, 1_000_000_000);
    const { tokens } = await fixture.logIn();
    expect(await fixture.provider.refresh(tokens)).not.toBe("refused");
  });

  it("applies to the expiry of logins and Bearer tokens when set, never to that of sessions", async () => {
    await using fixture = await startProvider(() => ({ tolerance: { end: 10, start: 0 } }));
    const now = fixture.stub.state.options.now();
    expect(
      await fixture.provider.verify({ idToken: await fixture.stub.idToken({ exp: now - 9 }) }, "cli"),
    ).toMatchObject({
      outcome: "valid",
    });
    expect(
      await fixture.provider.verify({ idToken: await fixture.stub.idToken({ exp: now - 10 }) }, "cli"),
    ).toEqual({
      outcome: "expired",
    });
    expect(
      await fixture.provider.verify({ idToken: await fixture.stub.idToken({ exp: now }, "app") }, "app"),
    ).toEqual({
      outcome: "expired",
    });
    expect(
      await fixture.provider.verify({ idToken: await fixture.stub.idToken({ iat: now + 1 }) }, "cli"),
    ).toMatchObject({
      outcome: "invalid",
    });
    fixture.stub.state.idTokenLifetime = -9;
    await fixture.logIn();
  });

  it("includes the time that the response took", async () => {
    await using fixture = await startProvider(undefined, { now: () => 1_800_000_000 });
    const { tokens } = await fixture.logIn();
    fixture.stub.state.idTokenLifetime = 2;
    fixture.stub.state.responseDelay = 0.05;
    fixture.stub.injectFault("slow");
    const renewal = fixture.provider.refresh(tokens);
    setTimeout(() => fixture.advanceClock(3), 20);
    const { tokens: renewed } = (await renewal) as VerifiedTokens;
    expect(await fixture.provider.verify({ idToken: renewed.idToken }, "app")).toEqual({
      outcome: "expired",
    });
    fixture.stub.clearFaults();
    expect(await fixture.provider.refresh(renewed)).toHaveProperty("claims", undefined);
  });
});
