import type { JsonObject, Seconds } from "../../domain/brand.ts";
import type { ProviderMetadata } from "../../domain/identity/provider-metadata.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log } from "../../ports/driven/system/log.ts";

/** How the app client authenticates (OpenID Connect Core section 9). */
export type ClientAuthenticationMethod = "client_secret_post" | "client_secret_basic";

/** The metadata that the server uses, and that an operator may override one by one. */
export type MetadataOverrides = {
  readonly [Name in
    | "issuer"
    | "jwks_uri"
    | "authorization_endpoint"
    | "token_endpoint"
    | "end_session_endpoint"
    | "scopes_supported"]?: ProviderMetadata[Name];
};

/** Parameters of the authorization request beside those of the code flow. */
export interface AuthorizationRequest {
  /** Default: by `scopes_supported`, see `defaultScopes` in `provider-metadata.ts`. */
  readonly scopes?: readonly string[];
  /** Parameters of the provider's own; none of them overrides one that the server sets. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface OidcOptions {
  /**
   * Base URL of the discovery document (OpenID Connect Discovery section 4). Not needed when nothing is to be
   * discovered.
   */
  readonly idpUrl?: string;
  /** Replaces the discovery document, which is then never fetched. */
  readonly configuration?: JsonObject;
  /** They take precedence over `configuration` and over the discovery document. */
  readonly overrides?: MetadataOverrides;
  readonly client: {
    readonly id: string;
    /** Absent or empty for a public client (RFC 6749 section 2.1). */
    readonly secret?: string;
    /** "auto" (default): by the provider's metadata and responses, see `client-authentication.ts`. */
    readonly authentication?: ClientAuthenticationMethod | "auto";
  };
  readonly authorization?: AuthorizationRequest;
  /** The audience of Bearer tokens (RFC 6750). */
  readonly cliClientId: string;
  /** Of each request to the provider, until the last byte of its response. Default 10. */
  readonly timeout?: Seconds;
  readonly tolerance?: {
    /** How far `nbf` and `iat` may be in the future. Default 5. */
    readonly start?: Seconds;
    /**
     * For how long tokens are accepted after `exp`, at logins and as Bearer tokens; not in sessions, which renew.
     * Default 0.
     */
    readonly end?: Seconds;
  };
  /** Asymmetric signature algorithms (RFC 7518, RFC 8037, RFC 9864). Default: {@link asymmetricAlgorithms}. */
  readonly algorithms?: readonly string[];
  readonly keys?: {
    /** How often untrusted tokens with unknown keys may cause one more fetch of the key set. Default 6. */
    readonly untrustedInterval?: Seconds;
    /** Least time between two fetches for trusted tokens. Default 1. See `TokenOrigin` in `key-set.ts`. */
    readonly trustedInterval?: Seconds;
  };
  readonly clock: Clock;
  readonly log: Log;
}

/** No symmetric algorithm and no `none`, by which somebody with the public key alone could forge a token. */
export const asymmetricAlgorithms: readonly string[] = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
