import type { Dialect } from "./dialect.ts";

const tenant = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490";
const authority = `https://login.microsoftonline.com/${tenant}`;

export const entraIssuer = `${authority}/v2.0`;

/**
 * Microsoft Entra ID, as documented in "OpenID Connect on the Microsoft identity platform", "ID token claims reference"
 * and "OAuth 2.0 authorization code flow" (learn.microsoft.com/entra/identity-platform). It has no revocation endpoint.
 */
export const entra: Dialect = {
  issuer: entraIssuer,
  metadata: {
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${authority}/discovery/v2.0/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: entraIssuer,
    request_uri_parameter_supported: false,
    userinfo_endpoint: "https://graph.microsoft.com/oidc/userinfo",
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${authority}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
    claims_supported: [
      "sub",
      "iss",
      "aud",
      "exp",
      "iat",
      "nonce",
      "preferred_username",
      "name",
      "tid",
      "ver",
    ],
    tenant_region_scope: "EU",
    cloud_instance_name: "microsoftonline.com",
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: "graph.microsoft.com",
  },
  publicKey: ({ alg: _, ...jwk }) => ({
    ...jwk,
    x5t: jwk.kid,
    x5c: ["MIIC/TCCAeWgAw=="],
    issuer: entraIssuer,
  }),
  claims: (person, clientId) => ({
    ver: "2.0",
    tid: tenant,
    // A person's object id is the same for all applications, the subject is pairwise.
    oid: person?.sub,
    sub: `${person?.sub} at ${clientId}`,
    azp: clientId,
    preferred_username: person?.username,
    name: "Somebody of the tenant",
    groups: undefined,
    roles: person?.groups,
    aio: "AVQAq/8TAAAA",
    rh: "0.AXEA",
    uti: "fqiBqXLPj0eQa82S-IYFAA",
  }),
  hasTypHeader: true,
  needsOfflineAccess: true,
  revocationNeedsHeader: false,
  callback: { session_state: "4f2b1c2e-5a51-4ef1-8a5b-6a4d0b1d3c55" },
};

/** The claims of somebody with too many groups for a token ("groups overage claim"). */
export const groupsOverage = {
  roles: undefined,
  _claim_names: { groups: "src1" },
  _claim_sources: {
    src1: { endpoint: "https://graph.microsoft.com/v1.0/users/subject-of-alice/getMemberObjects" },
  },
};
