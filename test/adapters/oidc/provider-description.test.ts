import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { oidcIdentityProvider } from "../../../src/adapters/oidc/identity-provider.ts";
import { isAcceptableUrl } from "../../../src/adapters/oidc/provider-description.ts";
import { NotConfigured, ProviderDown } from "../../../src/domain/failure.ts";
import { attempt, pair } from "./provider.ts";

const complete = {
  issuer: "https://idp.example/issuer",
  jwks_uri: "https://idp.example/keys",
  authorization_endpoint: "https://idp.example/authorize",
  token_endpoint: "https://idp.example/token",
  end_session_endpoint: "https://idp.example/logout",
  scopes_supported: ["openid", "profile"],
};

const rest = {
  client: { id: "app-client" },
  cliClientId: "cli-client",
  clock: { now: () => 0 },
  log: { write: () => undefined },
};

describe("the provider's description of itself", () => {
  it("is never fetched when the configuration says everything", async () => {
    await using all = await pair(() => ({ configuration: complete }));
    expect(await all.provider.metadata()).toEqual(complete);
    expect(new URL(await all.provider.authorizationUrl(attempt)).searchParams.get("scope")).toBe(
      "openid profile",
    );
    expect(all.stub.state.calls.discovery).toBe(0);
  });

  it("is never fetched when single settings say everything, or complete the configuration", async () => {
    const { issuer, ...others } = complete;
    await using piecemeal = await pair(() => ({ overrides: complete }));
    await using mixed = await pair(() => ({
      configuration: { ...others, issuer: "x" },
      overrides: { issuer },
    }));
    expect(await piecemeal.provider.metadata()).toEqual(complete);
    expect(await mixed.provider.metadata()).toEqual(complete);
    expect(piecemeal.stub.state.calls.discovery + mixed.stub.state.calls.discovery).toBe(0);
  });

  it("is fetched for what is optional when single settings say all that is needed", async () => {
    const { end_session_endpoint: _, ...needed } = complete;
    await using all = await pair(() => ({ overrides: needed }));
    expect(await all.provider.metadata()).toMatchObject({
      ...needed,
      end_session_endpoint: `${all.stub.issuer}/logout?realm=lab`,
    });
  });

  it("is not fetched before it is needed, and then once for all who ask", async () => {
    await using all = await pair();
    expect(all.stub.state.calls.discovery).toBe(0);
    await Promise.all(Array.from({ length: 20 }, () => all.provider.metadata()));
    expect(all.stub.state.calls.discovery).toBe(1);
  });

  it("gives way to single settings; the issuer set is the one that tokens are held against", async () => {
    const issuer = "https://lab.example/public-name";
    await using all = await pair(() => ({ overrides: { issuer } }));
    expect(await all.provider.metadata()).toMatchObject({
      issuer,
      token_endpoint: `${all.stub.issuer}/token`,
    });
    expect(
      await all.provider.verify({ idToken: await all.stub.idToken({ iss: issuer }) }, "cli"),
    ).toMatchObject({
      outcome: "valid",
    });
    expect(await all.provider.verify({ idToken: await all.stub.idToken() }, "cli")).toMatchObject({
      outcome: "invalid",
    });
  });

  it.each([
    ["lacks a logout", { end_session_endpoint: undefined }],
    [
      "has one at an address that anybody could listen to",
      { end_session_endpoint: "http://idp.example/logout" },
    ],
    ["lists no scopes", { scopes_supported: undefined }],
    ["lists scopes without profile", { scopes_supported: ["offline_access", "offline", "openid"] }],
    ["lists scopes as one text", { scopes_supported: "openid profile" }],
  ])("is enough to log in and out here when it %s", async (_, metadata) => {
    await using all = await pair(() => ({}), { metadata });
    await all.provider.ready();
    const { tokens } = await all.logIn();
    const url = await all.provider.endSessionUrl("https://lab.example/", tokens.idToken);
    expect(url === undefined).toBe("end_session_endpoint" in metadata);
  });

  it("may lack what the operator sets, such as Cognito's logout endpoint", async () => {
    const stubOptions = { metadata: { end_session_endpoint: undefined } };
    await using helped = await pair(
      () => ({ overrides: { end_session_endpoint: "https://idp.example/logout" } }),
      stubOptions,
    );
    expect(await helped.provider.endSessionUrl("https://lab.example/", undefined)).toContain(
      "https://idp.example/logout?",
    );
  });

  it("is refused when it names plain http elsewhere than on this machine", async () => {
    await using all = await pair(() => ({}), { metadata: { token_endpoint: "http://idp.example/token" } });
    await expect(all.provider.metadata()).rejects.toBeInstanceOf(ProviderDown);
  });

  it("is asked for once a second while the provider is away, and there as soon as it is back", async () => {
    await using all = await pair();
    all.stub.misbehave("discovery-500");
    for (let i = 0; i < 10; i += 1) await expect(all.provider.ready()).rejects.toBeInstanceOf(ProviderDown);
    expect(all.stub.state.calls.discovery).toBe(1);
    all.passSeconds(1);
    await expect(all.provider.ready()).rejects.toBeInstanceOf(ProviderDown);
    expect(all.stub.state.calls.discovery).toBe(2);
    all.stub.behave();
    all.passSeconds(1);
    await all.provider.ready();
  });

  it("is fetched anew in the background after an hour, and the old one stays when that fails", async () => {
    await using all = await pair();
    const first = await all.provider.metadata();
    all.stub.misbehave("discovery-500");
    all.passSeconds(3600);
    for (let i = 0; i < 10; i += 1) expect(await all.provider.metadata()).toBe(first);
    await vi.waitFor(() =>
      expect(all.events).toMatchObject([{ event: "background", what: "fetching the provider metadata" }]),
    );
    all.passSeconds(29);
    await all.provider.metadata();
    await sleep(20);
    expect(all.stub.state.calls.discovery).toBe(2);
    all.stub.behave();
    all.passSeconds(1);
    await all.provider.metadata();
    await vi.waitFor(() => expect(all.stub.state.calls.discovery).toBe(3));
    expect(await all.provider.metadata()).toBe(first);
  });

  it("cannot be made out of options that never work", () => {
    const { issuer: _, ...incomplete } = complete;
    for (const options of [
      { configuration: incomplete },
      { configuration: incomplete, idpUrl: "https://idp.example" },
      { configuration: { ...complete, authorization_endpoint: undefined } },
      { idpUrl: "https://idp.example", overrides: { end_session_endpoint: "http://idp.example/logout" } },
      { configuration: { ...complete, jwks_uri: "http://idp.example/keys" } },
      { idpUrl: "https://idp.example", overrides: { token_endpoint: "ftp://idp.example/token" } },
      { idpUrl: "http://idp.example" },
      { idpUrl: "idp.example" },
      {},
    ]) {
      expect(() => oidcIdentityProvider({ ...rest, ...options })).toThrow(NotConfigured);
    }
  });
});

describe("acceptable URLs", () => {
  it.each([
    "https://idp.example/",
    "http://localhost:8080/realms/lab",
    "http://127.0.0.1/",
    "http://127.8.9.10:1/",
    "http://[::1]:1/",
  ])("include %s", (url) => expect(isAcceptableUrl(url)).toBe(true));
  it.each([
    "http://idp.example/",
    "http://localhost.example/",
    "http://127.0.0.1.example/",
    "http://10.0.0.1/",
    "ftp://localhost/",
    "javascript:alert(1)",
    "",
    "/token",
    undefined,
    17,
  ])("do not include %s", (url) => expect(isAcceptableUrl(url)).toBe(false));
});
