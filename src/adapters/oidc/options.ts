import type { JsonObject, Seconds } from "../../domain/brand.ts";
import type { ProviderMetadata } from "../../domain/identity/provider-metadata.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log } from "../../ports/driven/system/log.ts";

/** How the app client proves who it is (OpenID Connect Core section 9). */
export type ClientAuthenticationMethod = "client_secret_post" | "client_secret_basic";

/** The metadata that the server itself uses, and that the operator may set one by one. */
export type MetadataOverrides = {
  readonly [Name in
    | "issuer"
    | "jwks_uri"
    | "authorization_endpoint"
    | "token_endpoint"
    | "end_session_endpoint"
    | "scopes_supported"]?: ProviderMetadata[Name];
};

/** What a browser is sent to the authorization endpoint with, beside what the code flow itself needs. */
export interface AuthorizationRequest {
  /** Undefined: by what the provider lists, see `provider-metadata.ts`. */
  readonly scopes?: readonly string[];
  /** The provider's own parameters; never one that the server sets itself. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface OidcOptions {
  /** Discovery is asked for below it (OpenID Connect Discovery section 4). Not needed when nothing is left to discover. */
  readonly idpUrl?: string;
  /** Takes the place of the whole discovery document, which is then never fetched. */
  readonly configuration?: JsonObject;
  /** Over `configuration` and over what is discovered. */
  readonly overrides?: MetadataOverrides;
  readonly client: {
    readonly id: string;
    /** Absent or empty: a public client. */
    readonly secret?: string;
    /** "auto" (default): by what the provider lists and takes; see `client-authentication.ts`. */
    readonly authentication?: ClientAuthenticationMethod | "auto";
  };
  readonly authorization?: AuthorizationRequest;
  /** The audience of Bearer tokens. */
  readonly cliClientId: string;
  /** For each request to the provider, from first to last byte. Default 10. */
  readonly timeout?: Seconds;
  readonly tolerance?: {
    /** How far `nbf` and `iat` may lie ahead. Default 5. */
    readonly start?: Seconds;
    /** For how long a token lives on after `exp`, at logins and as a Bearer token; in sessions, which renew, not at all. Default 0. */
    readonly end?: Seconds;
  };
  /** Names of RFC 7518, RFC 8037 and RFC 9864; asymmetric ones only. Default: {@link asymmetricAlgorithms}. */
  readonly algorithms?: readonly string[];
  readonly keys?: {
    /** Shortest time between two fetches that Bearer tokens with unknown keys can cause. Default 30. */
    readonly strangerInterval?: Seconds;
    /** The same for tokens that came from the provider or from our own sessions. Default 1. */
    readonly ownInterval?: Seconds;
  };
  readonly clock: Clock;
  readonly log: Log;
}

/** What id tokens may be signed with: nothing that the holder of a public key could forge. */
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
