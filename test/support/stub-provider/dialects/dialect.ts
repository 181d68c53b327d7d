import type { JWK } from "jose";
import type { Person } from "../person.ts";

/** How a real provider's words differ from the stub's own: its documents, tokens and answers as it documents them. */
export interface Dialect {
  /** What tokens name as their issuer: its real address, which nobody asks here. */
  readonly issuer: string;
  /** Its whole description of itself, with its real addresses; see {@link served}. */
  readonly metadata: { readonly [name: string]: unknown };
  /** A key of the key set, made of one with `alg`. */
  publicKey(jwk: JWK): object;
  /** Claims of an id token beside issuer, subject, audience and times; undefined ones are left out. */
  claims(
    person: Person | undefined,
    clientId: string,
    scopes: readonly string[],
  ): { readonly [claim: string]: unknown };
  /** What userinfo says beside the subject; absent: nothing. */
  userinfo?(person: Person | undefined, scopes: readonly string[]): { readonly [claim: string]: unknown };
  /** Whether id tokens' headers have the member `typ`. */
  readonly tellsType: boolean;
  /** Whether refresh tokens are only for those who asked for the scope `offline_access`. */
  readonly needsOfflineAccess: boolean;
  /** What else a request for authorization has to say for a refresh token to come. */
  givesRefreshToken?(asked: URLSearchParams): boolean;
  /** How a client with a secret has to send it, everywhere; absent: as it likes. */
  readonly takesSecrets?: "header" | "form";
  /** Whether a client that is not known by its secret gets no more than a status when it revokes a token. */
  readonly refusesInSilence?: boolean;
  /** No id token comes with a renewal. */
  readonly renewsWithoutIdToken?: boolean;
  /** Whether a client with a secret has to send it in the header when it revokes a token. */
  readonly revokesByHeader: boolean;
  /** More of what the browser brings back. */
  readonly callback: { readonly [parameter: string]: string };
}

/** The description as documented, with what the server itself asks moved to where the stub listens. */
export const served = ({ metadata }: Dialect, origin: string): { readonly [name: string]: unknown } => ({
  ...metadata,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/jwks`,
  ...(metadata["userinfo_endpoint"] === undefined ? {} : { userinfo_endpoint: `${origin}/userinfo` }),
  ...(metadata["revocation_endpoint"] === undefined ? {} : { revocation_endpoint: `${origin}/revoke` }),
});
