/** Faults of an id token. */
export const tokenFaults = [
  "wrong-issuer",
  "wrong-audience",
  "several-audiences-without-azp",
  "several-audiences-with-wrong-azp",
  "none-algorithm",
  "hs256-with-public-key",
  "key-in-header-jwk",
  "key-in-header-jku",
  "key-in-header-x5u",
  "unknown-kid",
  "bad-signature",
  "no-exp",
  "exp-not-a-number",
  "not-yet-valid",
  "issued-in-the-future",
  "iat-not-a-number",
  "expired",
  "wrong-nonce",
  "no-nonce",
  "no-username",
  "no-subject",
  "access-token",
  "logout-token",
  "other-type-in-header",
  "unknown-critical-header",
  "not-a-jwt",
] as const;
export type TokenFault = (typeof tokenFaults)[number];

/** Faulty responses of the token endpoint: OAuth errors, and malformed ones. */
export const tokenResponseFaults = [
  "no-id-token",
  "no-access-token",
  "no-refresh-token",
  "rotating-refresh-tokens",
  "other-subject-on-refresh",
  "invalid-grant",
  "invalid-grant-with-401",
  "invalid-grant-with-403",
  "interaction-required",
  "dex-invalid-request",
  "other-400",
  "invalid-client",
  "too-many-requests",
  "server-error",
  "server-error-with-invalid-grant",
  "html",
  "html-403",
  "html-404",
  "json-array",
  "truncated-json",
  "truncated-body",
  "oversized-response",
  "redirected",
  "slow",
  "redeemed-but-slow",
  "connection-reset",
] as const;
export type TokenResponseFault = (typeof tokenResponseFaults)[number];

export const keySetFaults = [
  "jwks-500",
  "jwks-html",
  "jwks-malformed",
  "jwks-array",
  "jwks-oversized",
  "jwks-redirected",
  "jwks-slow",
  "jwks-connection-reset",
] as const;
export type KeySetFault = (typeof keySetFaults)[number];

export const discoveryFaults = [
  "discovery-500",
  "discovery-html",
  "discovery-array",
  "discovery-incomplete",
  "discovery-redirected",
  "discovery-slow",
  "discovery-connection-reset",
] as const;
export type DiscoveryFault = (typeof discoveryFaults)[number];

export const revocationFaults = [
  "revocation-500",
  "revocation-html",
  "revocation-slow",
  "revocation-connection-reset",
] as const;
export type RevocationFault = (typeof revocationFaults)[number];

/** Faulty responses of the userinfo endpoint. */
export const userinfoFaults = [
  "userinfo-500",
  "userinfo-403",
  "userinfo-html",
  "userinfo-array",
  "userinfo-other-subject",
  "userinfo-no-subject",
  "userinfo-oversized",
  "userinfo-slow",
  "userinfo-connection-reset",
] as const;
export type UserinfoFault = (typeof userinfoFaults)[number];

/** Faults of the authorization response. */
export const callbackFaults = [
  "missing-iss-in-callback",
  "wrong-iss-in-callback",
  "wrong-state-in-callback",
  "code-twice-in-callback",
  "access-denied",
] as const;
export type CallbackFault = (typeof callbackFaults)[number];

/** The userinfo endpoint rejects every access token. */
export const accessTokenFaults = ["access-tokens-expired"] as const;

export type Fault =
  | UserinfoFault
  | (typeof accessTokenFaults)[number]
  | TokenFault
  | TokenResponseFault
  | KeySetFault
  | DiscoveryFault
  | RevocationFault
  | CallbackFault;

/** The first active fault of a kind, if any. */
export const activeFault = <F extends Fault>(kind: readonly F[], active: ReadonlySet<Fault>): F | undefined =>
  kind.find((fault) => active.has(fault));
