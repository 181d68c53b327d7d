/** Flaws of an id token. */
export const tokenFlaws = [
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
export type TokenFlaw = (typeof tokenFlaws)[number];

/** Error responses of the token endpoint, and malformed ones. */
export const answerFlaws = [
  "no-id-token",
  "no-access-token",
  "no-refresh-token",
  "rotating-refresh-tokens",
  "other-subject-on-refresh",
  "invalid-grant",
  "invalid-grant-with-401",
  "invalid-grant-with-403",
  "interaction-required",
  "refused-as-by-dex",
  "other-400",
  "invalid-client",
  "too-many-requests",
  "server-error",
  "server-error-with-invalid-grant",
  "html",
  "html-403",
  "html-404",
  "json-array",
  "half-an-answer",
  "broken-off",
  "oversized-answer",
  "redirected",
  "slow",
  "redeemed-but-slow",
  "hang-up",
] as const;
export type AnswerFlaw = (typeof answerFlaws)[number];

export const keySetFlaws = [
  "jwks-500",
  "jwks-html",
  "jwks-malformed",
  "jwks-array",
  "jwks-oversized",
  "jwks-redirected",
  "jwks-slow",
  "jwks-hang-up",
] as const;
export type KeySetFlaw = (typeof keySetFlaws)[number];

export const discoveryFlaws = [
  "discovery-500",
  "discovery-html",
  "discovery-array",
  "discovery-incomplete",
  "discovery-redirected",
  "discovery-slow",
  "discovery-hang-up",
] as const;
export type DiscoveryFlaw = (typeof discoveryFlaws)[number];

export const revocationFlaws = [
  "revocation-500",
  "revocation-html",
  "revocation-slow",
  "revocation-hang-up",
] as const;
export type RevocationFlaw = (typeof revocationFlaws)[number];

/** Flaws of the userinfo endpoint. */
export const userinfoFlaws = [
  "userinfo-500",
  "userinfo-403",
  "userinfo-html",
  "userinfo-array",
  "userinfo-other-subject",
  "userinfo-no-subject",
  "userinfo-oversized",
  "userinfo-slow",
  "userinfo-hang-up",
] as const;
export type UserinfoFlaw = (typeof userinfoFlaws)[number];

/** Flaws of the authorization response. */
export const callbackFlaws = [
  "missing-iss-in-callback",
  "wrong-iss-in-callback",
  "wrong-state-in-callback",
  "code-twice-in-callback",
  "access-denied",
] as const;
export type CallbackFlaw = (typeof callbackFlaws)[number];

/** All access tokens are rejected, as if they had expired. */
export const expiredAccess = ["access-tokens-expired"] as const;

export type Flaw =
  | UserinfoFlaw
  | (typeof expiredAccess)[number]
  | TokenFlaw
  | AnswerFlaw
  | KeySetFlaw
  | DiscoveryFlaw
  | RevocationFlaw
  | CallbackFlaw;

/** The active flaw of one kind, if any. */
export const flawOf = <F extends Flaw>(kind: readonly F[], active: ReadonlySet<Flaw>): F | undefined =>
  kind.find((flaw) => active.has(flaw));
