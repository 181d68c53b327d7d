import type { JWK } from "jose";
import type { Person } from "../person.ts";

/** How a real provider differs from the stub, as documented: its metadata, tokens and responses. */
export interface Dialect {
  /** The `iss` of its tokens: its real URL, to which nothing is sent here. */
  readonly issuer: string;
  /** Its whole discovery document, with its real URLs; see {@link servedMetadata}. */
  readonly metadata: { readonly [name: string]: unknown };
  /** A key as its key set has it, from one with `alg`. */
  publicKey(jwk: JWK): object;
  /** Claims of an id token beside issuer, subject, audience and times; undefined ones are omitted. */
  claims(
    person: Person | undefined,
    clientId: string,
    scopes: readonly string[],
  ): { readonly [claim: string]: unknown };
  /** Userinfo claims beside `sub`. Default: none. */
  userinfo?(person: Person | undefined, scopes: readonly string[]): { readonly [claim: string]: unknown };
  /** Whether the header of an id token has `typ`. */
  readonly hasTypHeader: boolean;
  /** Whether refresh tokens are issued only for the scope `offline_access`. */
  readonly needsOfflineAccess: boolean;
  /** Whether a refresh token is issued for this authorization request. Default: yes. */
  issuesRefreshToken?(parameters: URLSearchParams): boolean;
  /** Where a confidential client has to send its secret, at every endpoint. Default: in either. */
  readonly secretLocation?: "header" | "form";
  /** Whether the revocation endpoint answers a client that fails to authenticate with a status alone. */
  readonly omitsErrorBody?: boolean;
  /** Whether refresh responses have no id token. */
  readonly omitsIdTokenOnRefresh?: boolean;
  /** Whether a confidential client has to send its secret in the header at the revocation endpoint. */
  readonly revocationNeedsHeader: boolean;
  /** Further parameters of the authorization response. */
  readonly callback: { readonly [parameter: string]: string };
}

/** The documented metadata, in which the endpoints that the server uses are the stub's. */
export const servedMetadata = (
  { metadata }: Dialect,
  origin: string,
): { readonly [name: string]: unknown } => ({
  ...metadata,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/jwks`,
  ...(metadata["userinfo_endpoint"] === undefined ? {} : { userinfo_endpoint: `${origin}/userinfo` }),
  ...(metadata["revocation_endpoint"] === undefined ? {} : { revocation_endpoint: `${origin}/revoke` }),
});
