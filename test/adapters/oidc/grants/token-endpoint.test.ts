import { describe, expect, it } from "vitest";
import type { OidcOptions } from "../../../../src/adapters/oidc/options.ts";
import type { VerifiedTokens } from "../../../../src/ports/driven/identity/identity-provider.ts";
import { pair } from "../provider.ts";

const client = (more: Partial<OidcOptions["client"]>) => () => ({
  client: { id: "app-client", secret: "app secret: ü+/&", ...more },
});

const offering = (...methods: readonly string[]) => ({
  metadata: { token_endpoint_auth_methods_supported: methods },
});

describe("the client at the token endpoint", () => {
  it.each([
    ["by post", "when the provider does not say", client({}), {}],
    [
      "by post",
      "when the provider takes both",
      client({}),
      offering("client_secret_basic", "client_secret_post"),
    ],
    [
      "by basic",
      "when the provider takes that only",
      client({}),
      offering("private_key_jwt", "client_secret_basic"),
    ],
    ["by basic", "when told to", client({ authentication: "client_secret_basic" }), {}],
    [
      "by post",
      "when told to",
      client({ authentication: "client_secret_post" }),
      offering("client_secret_basic"),
    ],
  ])("authenticates %s %s, at logins and at renewals", async (method, _when, options, stubOptions) => {
    await using all = await pair(options, stubOptions);
    const { tokens } = await all.logIn();
    expect(await all.provider.refresh(tokens)).not.toBe("refused");
    expect(all.stub.state.tokenRequests).toHaveLength(2);
    for (const { authorization, form } of all.stub.state.tokenRequests) {
      expect(authorization !== undefined).toBe(method === "by basic");
      expect(form.has("client_secret")).toBe(method === "by post");
    }
  });

  it.each([["no"], ["an empty"]])("sends no secret at all when it has %s secret", async (which) => {
    const clients = { app: { id: "app-client" }, cli: { id: "cli-client" } };
    await using all = await pair(
      () => ({ client: which === "no" ? { id: "app-client" } : { id: "app-client", secret: "" } }),
      { clients, ...offering("client_secret_basic") },
    );
    const { tokens } = await all.logIn();
    await all.provider.refresh(tokens);
    for (const { authorization, form } of all.stub.state.tokenRequests) {
      expect(authorization).toBeUndefined();
      expect(form.has("client_secret")).toBe(false);
      expect(form.get("client_id")).toBe("app-client");
    }
  });

  it("sends the spec's fields and no others", async () => {
    await using all = await pair();
    const { tokens } = await all.logIn();
    await all.provider.refresh(tokens);
    const [login, renewal] = all.stub.state.tokenRequests.map(({ form }) => [...form.keys()].sort());
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

  it("fails a login, and ends none, when its secret is wrong", async () => {
    await using all = await pair(client({ secret: "wrong" }));
    await expect(all.logIn()).rejects.toMatchObject({ code: "sign-in-failed", reason: "invalid_client" });
    const tokens = { idToken: await all.stub.idToken({}, "app"), accessToken: "a", refreshToken: "r" };
    await expect(all.provider.refresh(tokens)).rejects.toMatchObject({ code: "provider-down" });
  });

  it.each([
    ["header", "form"],
    ["form", "header"],
  ] as const)(
    "tries once more by %s, where the provider lists neither or only the wrong one",
    async (where, wrong) => {
      const listed = wrong === "form" ? {} : offering("client_secret_basic");
      await using all = await pair(undefined, listed);
      const { state } = all.stub;
      state.takesSecrets = where;
      const { tokens } = await all.logIn();
      expect(await all.provider.refresh(tokens)).not.toBe("refused");
      await all.provider.revoke(tokens);
      expect(state.revoked).toEqual([tokens.refreshToken]);
      const used = (requests: typeof state.tokenRequests) =>
        requests.map(({ authorization }) => (authorization === undefined ? "form" : "header"));
      // Once found, it is the first everywhere.
      expect(used(state.tokenRequests)).toEqual([wrong, where, where]);
      expect(used(state.revocationRequests).at(-1)).toBe(where);
    },
  );

  it("uses what worked at the token endpoint at the others too", async () => {
    await using all = await pair();
    all.stub.state.takesSecrets = "header";
    const { tokens } = await all.logIn();
    await all.provider.revoke(tokens);
    expect(all.stub.state.revocationRequests).toHaveLength(1);
  });

  it("tries no other way than the one it was told", async () => {
    await using all = await pair(client({ authentication: "client_secret_post" }));
    all.stub.state.takesSecrets = "header";
    await expect(all.logIn()).rejects.toMatchObject({ code: "sign-in-failed", reason: "invalid_client" });
    expect(all.stub.state.tokenRequests).toHaveLength(1);
  });

  it("tries the other way once, and no more, when neither is taken", async () => {
    await using all = await pair(client({ secret: "wrong" }));
    await expect(all.logIn()).rejects.toMatchObject({ code: "sign-in-failed", reason: "invalid_client" });
    expect(all.stub.state.tokenRequests).toHaveLength(2);
  });

  it("asks for logins with PKCE where the provider does not send its name back", async () => {
    await using all = await pair(undefined, {
      metadata: { authorization_response_iss_parameter_supported: undefined },
    });
    all.stub.misbehave("missing-iss-in-callback");
    await all.logIn();
    all.stub.misbehave("wrong-iss-in-callback");
    all.stub.state.lasting.delete("missing-iss-in-callback");
    await expect(all.logIn()).rejects.toMatchObject({ code: "sign-in-failed" });
  });
});

describe("tolerance of the clock", () => {
  it("is about the server's clock, whatever the machine's says", async () => {
    await using all = await pair(undefined, {}, 1_000_000_000);
    const { tokens } = await all.logIn();
    expect(await all.provider.refresh(tokens)).not.toBe("refused");
  });

  it("lets logins and Bearer tokens outlive their expiry when set, sessions never", async () => {
    await using all = await pair(() => ({ tolerance: { end: 10, start: 0 } }));
    const now = all.stub.state.options.now();
    expect(
      await all.provider.verify({ idToken: await all.stub.idToken({ exp: now - 9 }) }, "cli"),
    ).toMatchObject({
      outcome: "valid",
    });
    expect(await all.provider.verify({ idToken: await all.stub.idToken({ exp: now - 10 }) }, "cli")).toEqual({
      outcome: "expired",
    });
    expect(
      await all.provider.verify({ idToken: await all.stub.idToken({ exp: now }, "app") }, "app"),
    ).toEqual({
      outcome: "expired",
    });
    expect(
      await all.provider.verify({ idToken: await all.stub.idToken({ iat: now + 1 }) }, "cli"),
    ).toMatchObject({
      outcome: "invalid",
    });
    all.stub.state.tokenLife = -9;
    await all.logIn();
  });

  it("takes a token that expired on its way here, which was good when it was asked for", async () => {
    await using all = await pair(undefined, { now: () => 1_800_000_000 });
    const { tokens } = await all.logIn();
    all.stub.state.tokenLife = 2;
    all.stub.state.slowness = 0.05;
    all.stub.misbehave("slow");
    const renewal = all.provider.refresh(tokens);
    setTimeout(() => all.passSeconds(3), 20);
    const { tokens: renewed } = (await renewal) as VerifiedTokens;
    expect(await all.provider.verify({ idToken: renewed.idToken }, "app")).toEqual({ outcome: "expired" });
    all.stub.behave();
    expect(await all.provider.refresh(renewed)).toHaveProperty("claims", undefined);
  });
});
