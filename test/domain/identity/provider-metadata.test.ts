import { describe, expect, it } from "vitest";
import type { ProviderMetadata } from "../../../src/domain/identity/provider-metadata.ts";
import {
  defaultScopes,
  metadataAtOrigin,
  replaceOrigin,
} from "../../../src/domain/identity/provider-metadata.ts";

const http = "http://127.0.0.1:5000";
const https = "https://localhost:5443";

const metadata: ProviderMetadata = {
  issuer: `${http}/idp`,
  jwks_uri: `${http}/idp/jwks`,
  authorization_endpoint: `${http}/idp/auth`,
  token_endpoint: `${http}/idp/token`,
  end_session_endpoint: `${http}/idp/session/end`,
  scopes_supported: ["openid", "profile"],
  op_policy_uri: "https://elsewhere.example/policy",
  service_documentation: `${http}/docs`,
  claims_supported: [`${http}/claim`],
  request_parameter_supported: false,
};

describe("the scopes to ask for", () => {
  it.each([
    [["openid", "profile"], "openid profile"],
    [["profile", "openid", "email"], "openid profile email"],
    [["openid", "profile", "offline_access", "phone"], "openid profile offline_access"],
    [["offline_access", "email", "openid", "profile"], "openid profile email offline_access"],
    [["openid", "offline_access", "offline"], "openid profile offline_access"],
    [[], "openid profile"],
    [undefined, "openid profile email offline_access"],
    ["openid profile", "openid profile email offline_access"],
  ])("of a provider that lists %j are %s", (scopes, asked) => {
    expect(defaultScopes({ ...metadata, scopes_supported: scopes }).join(" ")).toBe(asked);
  });
});

describe("a URL that moves to another origin", () => {
  it.each([
    [`${http}/idp/auth?x=y#z`, `${https}/idp/auth?x=y#z`],
    [`${http}/`, `${https}/`],
    [`${http}0/idp`, `${http}0/idp`],
    [`${http}.evil.example/idp`, `${http}.evil.example/idp`],
    [`${http}@evil.example/`, `${http}@evil.example/`],
    [`https://other.example/?next=${http}/idp`, `https://other.example/?next=${http}/idp`],
    ["", ""],
  ])("%s becomes %s", (url, moved) => {
    expect(replaceOrigin(url, http, https)).toBe(moved);
  });
});

describe("the provider seen from another of its origins", () => {
  it("has moved its endpoints, and keeps its issuer and all else", () => {
    expect(metadataAtOrigin(metadata, http, https)).toEqual({
      ...metadata,
      jwks_uri: `${https}/idp/jwks`,
      authorization_endpoint: `${https}/idp/auth`,
      token_endpoint: `${https}/idp/token`,
      end_session_endpoint: `${https}/idp/session/end`,
    });
  });

  it("is itself when seen from its own", () => {
    expect(metadataAtOrigin(metadata, http, http)).toEqual(metadata);
  });
});
