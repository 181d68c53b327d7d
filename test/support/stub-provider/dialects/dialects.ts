import type { JWK } from "jose";
import type { Person } from "../person.ts";
import type { Dialect } from "./dialect.ts";

/** What most providers have in common: standard metadata, and tokens without claims of their own. */
const plain = (issuer: string, paths: { readonly [member: string]: string }, more: object = {}): Dialect => ({
  issuer,
  metadata: {
    issuer,
    ...Object.fromEntries(Object.entries(paths).map(([member, path]) => [member, issuer + path])),
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    ...more,
  },
  publicKey: (jwk: JWK) => jwk,
  claims: () => none,
  hasTypHeader: false,
  needsOfflineAccess: true,
  revocationNeedsHeader: false,
  callback: {},
});

/** The stub's own claims, which these providers do not have. */
const none = { preferred_username: undefined, groups: undefined };

const named = (person: Person | undefined) => ({ preferred_username: person?.username });

/** Dex: groups for the scope `groups` only, no logout, no revocation ("Custom Scopes, Claims and Client Features"). */
export const dex: Dialect = {
  ...plain(
    "https://dex.lab.example/dex",
    {
      authorization_endpoint: "/auth",
      token_endpoint: "/token",
      jwks_uri: "/keys",
      userinfo_endpoint: "/userinfo",
    },
    {
      scopes_supported: ["openid", "email", "groups", "profile", "offline_access"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    },
  ),
  claims: (person, _, scopes) => ({
    ...none,
    email: scopes.includes("email") ? person?.username : undefined,
    groups: scopes.includes("groups") ? person?.groups : undefined,
  }),
};

/**
 * Glewlwyd: no id token with a renewal ("Glewlwyd OpenID Connect Plugin documentation"). Version 2.7.5 names the header
 * for secrets, and does not decode what RFC 6749 section 2.3.1 has clients encode there.
 */
export const glewlwyd: Dialect = {
  ...plain(
    "https://glewlwyd.lab.example/api/oidc",
    {
      authorization_endpoint: "/auth",
      token_endpoint: "/token",
      jwks_uri: "/jwks",
      userinfo_endpoint: "/userinfo",
      end_session_endpoint: "/end_session",
      revocation_endpoint: "/revoke",
    },
    {
      scopes_supported: ["openid"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
      revocation_endpoint_auth_methods_supported: ["client_secret_basic"],
    },
  ),
  claims: (person) => ({ ...named(person), groups: person?.groups }),
  needsOfflineAccess: false,
  omitsIdTokenOnRefresh: true,
  secretLocation: "form",
  omitsErrorBody: true,
};

/** LemonLDAP::NG: claims at userinfo, groups joined by semicolons ("OpenID Connect Provider" in its documentation). */
export const lemonldap: Dialect = {
  ...plain(
    "https://auth.lab.example",
    {
      authorization_endpoint: "/oauth2/authorize",
      token_endpoint: "/oauth2/token",
      jwks_uri: "/oauth2/jwks",
      userinfo_endpoint: "/oauth2/userinfo",
      end_session_endpoint: "/oauth2/logout",
    },
    {
      scopes_supported: ["openid", "profile", "email", "address", "phone", "offline_access"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    },
  ),
  // The CLI's client is configured to have these claims in id tokens.
  claims: (person, clientId) =>
    clientId.startsWith("cli") ? { ...named(person), groups: person?.groups.join("; ") } : none,
  userinfo: (person) => ({ ...named(person), groups: person?.groups.join("; ") }),
};

/** Ory Hydra: one authentication method for each client, a list of scopes without profile, no logout described. */
export const hydra: Dialect = {
  ...plain(
    "https://hydra.lab.example",
    {
      authorization_endpoint: "/oauth2/auth",
      token_endpoint: "/oauth2/token",
      jwks_uri: "/.well-known/jwks.json",
      userinfo_endpoint: "/userinfo",
      revocation_endpoint: "/oauth2/revoke",
    },
    {
      scopes_supported: ["offline_access", "offline", "openid"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic", "none"],
    },
  ),
  claims: (person) => ({ ...named(person), groups: person?.groups }),
  secretLocation: "header",
};

/**
 * Okta, an authorization server with claims that are always in id tokens ("Customize tokens returned from Okta with a
 * groups claim").
 */
export const okta: Dialect = {
  ...plain(
    "https://lab.okta.com/oauth2/default",
    {
      authorization_endpoint: "/v1/authorize",
      token_endpoint: "/v1/token",
      jwks_uri: "/v1/keys",
      userinfo_endpoint: "/v1/userinfo",
      revocation_endpoint: "/v1/revoke",
      end_session_endpoint: "/v1/logout",
    },
    {
      scopes_supported: ["openid", "email", "profile", "address", "phone", "offline_access", "device_sso"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
    },
  ),
  claims: (person) => ({ ...none, username: person?.username, groups: person?.groups }),
  userinfo: named,
};

/**
 * Google: no groups, no offline_access; a refresh token for two parameters ("OpenID Connect", "Using OAuth 2.0 for Web
 * Server Applications").
 */
export const google: Dialect = {
  ...plain(
    "https://accounts.google.com",
    { authorization_endpoint: "/o/oauth2/v2/auth" },
    {
      token_endpoint: "https://oauth2.googleapis.com/token",
      userinfo_endpoint: "https://openidconnect.googleapis.com/v1/userinfo",
      revocation_endpoint: "https://oauth2.googleapis.com/revoke",
      jwks_uri: "https://www.googleapis.com/oauth2/v3/certs",
      scopes_supported: ["openid", "email", "profile"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    },
  ),
  claims: (person, clientId) => ({ ...none, email: person?.username, email_verified: true, azp: clientId }),
  needsOfflineAccess: false,
  issuesRefreshToken: (parameters) =>
    parameters.get("access_type") === "offline" && parameters.get("prompt") === "consent",
};

const zitadelRoles = "urn:zitadel:iam:org:project:roles";

const zitadelClaims = (person: Person | undefined) => ({
  ...named(person),
  // The claim is absent for somebody without roles.
  [zitadelRoles]: person?.groups.length
    ? Object.fromEntries(person.groups.map((role) => [role, { "170079991923474689": "lab.zitadel.cloud" }]))
    : undefined,
});

/** Zitadel: roles as an object's names, several audiences ("Claims in ZITADEL", "Retrieve User Roles"). */
export const zitadel: Dialect = {
  ...plain(
    "https://lab.zitadel.cloud",
    {
      authorization_endpoint: "/oauth/v2/authorize",
      token_endpoint: "/oauth/v2/token",
      jwks_uri: "/oauth/v2/keys",
      userinfo_endpoint: "/oidc/v1/userinfo",
      revocation_endpoint: "/oauth/v2/revoke",
      end_session_endpoint: "/oidc/v1/end_session",
    },
    {
      scopes_supported: ["openid", "profile", "email", "phone", "address", "offline_access"],
      token_endpoint_auth_methods_supported: ["none", "client_secret_basic", "client_secret_post"],
    },
  ),
  claims: (person, clientId) => ({
    ...none,
    aud: [clientId, "another-application-of-the-project", "170079991923474000"],
    azp: clientId,
    // The CLI's application is configured to have these claims in id tokens, the other one to have them at userinfo.
    ...(clientId.startsWith("cli") ? zitadelClaims(person) : {}),
  }),
  userinfo: zitadelClaims,
};
