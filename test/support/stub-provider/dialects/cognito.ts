import type { Dialect } from "./dialect.ts";

const pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
const domain = "https://our-lab.auth.eu-west-1.amazoncognito.com";

export const cognitoIssuer = pool;

/**
 * Amazon Cognito, as documented in "User pool endpoints and managed login reference" and "Understanding user pool JSON
 * web tokens" in docs.aws.amazon.com/cognito/latest/developerguide. It issues a refresh token without `offline_access`,
 * none at a refresh grant, and supports PKCE although its metadata do not say so.
 */
export const cognito: Dialect = {
  issuer: pool,
  metadata: {
    authorization_endpoint: `${domain}/oauth2/authorize`,
    end_session_endpoint: `${domain}/logout`,
    id_token_signing_alg_values_supported: ["RS256"],
    issuer: pool,
    jwks_uri: `${pool}/.well-known/jwks.json`,
    response_types_supported: ["code", "token"],
    revocation_endpoint: `${domain}/oauth2/revoke`,
    scopes_supported: ["openid", "email", "phone", "profile"],
    subject_types_supported: ["public"],
    token_endpoint: `${domain}/oauth2/token`,
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    userinfo_endpoint: `${domain}/oauth2/userInfo`,
  },
  publicKey: (jwk) => jwk,
  claims: (person) => ({
    "cognito:username": person?.username,
    // The claim is absent for somebody without groups.
    "cognito:groups": person?.groups.length ? person.groups : undefined,
    preferred_username: undefined,
    groups: undefined,
    token_use: "id",
    email_verified: true,
    event_id: "64f513be-32db-42b0-b78e-b02127b4f463",
    origin_jti: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    auth_time: 1_676_312_777,
  }),
  hasTypHeader: false,
  needsOfflineAccess: false,
  revocationNeedsHeader: true,
  callback: {},
};

/** An older pool, whose metadata have no `end_session_endpoint`. */
export const olderCognito: Dialect = {
  ...cognito,
  metadata: { ...cognito.metadata, end_session_endpoint: undefined },
};
