import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { oidcIdentityProvider } from "../../../src/adapters/oidc/identity-provider.ts";
import { isSecureUrl } from "../../../src/adapters/oidc/provider-discovery.ts";
import { NotConfigured, ProviderDown } from "../../../src/domain/failure.ts";
import { attempt, startProvider } from "./stubbed-provider.ts";

const complete = {
  issuer: "https://idp.example/issuer",
  jwks_uri: "https://idp.example/keys",
  authorization_endpoint: "https://idp.example/authorize",
  token_endpoint: "https://idp.example/token",
  end_session_endpoint: "https://idp.example/logout",
  scopes_supported: ["openid", "profile"],
};

const otherOptions = {
  client: { id: "app-client" },
  cliClientId: "cli-client",
  clock: { now: () => 0 },
  log: { write: () => undefined },
};

describe("the discovery document", () => {
  it("is never fetched when the configuration is complete", async () => {
    await using fixture = await startProvider(() => ({ configuration: complete }));
    expect(await fixture.provider.metadata()).toEqual(complete);
    expect(new URL(await fixture.provider.authorizationUrl(attempt)).searchParams.get("scope")).toBe(
      "openid profile",
    );
    expect(fixture.stub.state.calls.discovery).toBe(0);
  });

  it("is never fetched when overrides are complete, or complete the configuration", async () => {
    const { issuer, ...others } = complete;
    await using overridden = await startProvider(() => ({ overrides: complete }));
    await using mixed = await startProvider(() => ({
      configuration: { ...others, issuer: "x" },
      overrides: { issuer },
    }));
    expect(await overridden.provider.metadata()).toEqual(complete);
    expect(await mixed.provider.metadata()).toEqual(complete);
    expect(overridden.stub.state.calls.discovery + mixed.stub.state.calls.discovery).toBe(0);
  });

  it("is fetched for optional metadata when overrides have the required ones", async () => {
    const { end_session_endpoint: _, ...required } = complete;
    await using fixture = await startProvider(() => ({ overrides: required }));
    expect(await fixture.provider.metadata()).toMatchObject({
      ...required,
      end_session_endpoint: `${fixture.stub.issuer}/logout?realm=lab`,
    });
  });

  it("is not fetched before it is needed, and then once for concurrent requests", async () => {
    await using fixture = await startProvider();
    expect(fixture.stub.state.calls.discovery).toBe(0);
    await Promise.all(Array.from({ length: 20 }, () => fixture.provider.metadata()));
    expect(fixture.stub.state.calls.discovery).toBe(1);
  });

  it("is overridden by settings; tokens have to have the configured issuer", async () => {
    const issuer = "https://lab.example/public-name";
    await using fixture = await startProvider(() => ({ overrides: { issuer } }));
    expect(await fixture.provider.metadata()).toMatchObject({
      issuer,
      token_endpoint: `${fixture.stub.issuer}/token`,
    });
    expect(
      await fixture.provider.verify({ idToken: await fixture.stub.idToken({ iss: issuer }) }, "cli"),
    ).toMatchObject({
      outcome: "valid",
    });
    expect(await fixture.provider.verify({ idToken: await fixture.stub.idToken() }, "cli")).toMatchObject({
      outcome: "invalid",
    });
  });

  it.each([
    ["has no logout endpoint", { end_session_endpoint: undefined }],
    ["has an insecure logout endpoint", { end_session_endpoint: "http://idp.example/logout" }],
    ["lists no scopes", { scopes_supported: undefined }],
    ["lists scopes without profile", { scopes_supported: ["offline_access", "offline", "openid"] }],
    ["lists scopes in one string", { scopes_supported: "openid profile" }],
  ])("suffices to log in and out here when it %s", async (_, metadata) => {
    await using fixture = await startProvider(() => ({}), { metadata });
    await fixture.provider.ready();
    const { tokens } = await fixture.logIn();
    const url = await fixture.provider.endSessionUrl("https://lab.example/", tokens.idToken);
    expect(url === undefined).toBe("end_session_endpoint" in metadata);
  });

  it("may lack what is configured, such as Cognito's logout endpoint", async () => {
    const stubOptions = { metadata: { end_session_endpoint: undefined } };
    await using fixture = await startProvider(
      () => ({ overrides: { end_session_endpoint: "https://idp.example/logout" } }),
      stubOptions,
    );
    expect(await fixture.provider.endSessionUrl("https://lab.example/", undefined)).toContain(
      "https://idp.example/logout?",
    );
  });

  it("is rejected when it has an http URL of another machine", async () => {
    await using fixture = await startProvider(() => ({}), {
      metadata: { token_endpoint: "http://idp.example/token" },
    });
    await expect(fixture.provider.metadata()).rejects.toBeInstanceOf(ProviderDown);
  });

  it("is requested once a second during an outage, and found after it", async () => {
    await using fixture = await startProvider();
    fixture.stub.injectFault("discovery-500");
    for (let i = 0; i < 10; i += 1)
      await expect(fixture.provider.ready()).rejects.toBeInstanceOf(ProviderDown);
    expect(fixture.stub.state.calls.discovery).toBe(1);
    fixture.advanceClock(1);
    await expect(fixture.provider.ready()).rejects.toBeInstanceOf(ProviderDown);
    expect(fixture.stub.state.calls.discovery).toBe(2);
    fixture.stub.clearFaults();
    fixture.advanceClock(1);
    await fixture.provider.ready();
  });

  it("is refreshed in the background after an hour, and the cached one stays when that fails", async () => {
    await using fixture = await startProvider();
    const first = await fixture.provider.metadata();
    fixture.stub.injectFault("discovery-500");
    fixture.advanceClock(3600);
    for (let i = 0; i < 10; i += 1) expect(await fixture.provider.metadata()).toBe(first);
    await vi.waitFor(() =>
      expect(fixture.events).toMatchObject([{ event: "background", what: "fetching the provider metadata" }]),
    );
    fixture.advanceClock(29);
    await fixture.provider.metadata();
    await sleep(20);
    expect(fixture.stub.state.calls.discovery).toBe(2);
    fixture.stub.clearFaults();
    fixture.advanceClock(1);
    await fixture.provider.metadata();
    await vi.waitFor(() => expect(fixture.stub.state.calls.discovery).toBe(3));
    expect(await fixture.provider.metadata()).toBe(first);
  });

  it("cannot complete options that never work", () => {
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
      expect(() => oidcIdentityProvider({ ...otherOptions, ...options })).toThrow(NotConfigured);
    }
  });
});

describe("secure URLs", () => {
  it.each([
    "https://idp.example/",
    "http://localhost:8080/realms/lab",
    "http://127.0.0.1/",
    "http://127.8.9.10:1/",
    "http://[::1]:1/",
  ])("include %s", (url) => expect(isSecureUrl(url)).toBe(true));
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
  ])("do not include %s", (url) => expect(isSecureUrl(url)).toBe(false));
});
