import type { Json, JsonObject } from "../brand.ts";

/** The provider metadata (OpenID Connect Discovery section 3) with the operator's overrides. */
export interface ProviderMetadata extends JsonObject {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

/** `scopes_supported` of the metadata; undefined when it is missing or not a list of strings. */
const scopesSupported = ({ scopes_supported: scopes }: ProviderMetadata): readonly Json[] | undefined =>
  Array.isArray(scopes) && scopes.every((scope) => typeof scope === "string") ? scopes : undefined;

/**
 * The scopes of the authorization request when the operator has configured none. `openid` and `profile` are needed
 * for an id token with a person's claims; `email` and `offline_access` are added unless `scopes_supported` lacks them.
 */
export const defaultScopes = (metadata: ProviderMetadata): readonly string[] => {
  const supported = scopesSupported(metadata);
  const extra = ["email", "offline_access"].filter((scope) => supported?.includes(scope) ?? true);
  return ["openid", "profile", ...extra];
};

const endpointName = /_(endpoint|uri)$/;

/** Replaces the origin of a URL of the origin `from` by `to`; other URLs stay as they are. */
export const replaceOrigin = (url: string, from: string, to: string): string =>
  url.startsWith(`${from}/`) ? to + url.slice(from.length) : url;

/**
 * The metadata of a provider that is reached by another of its own origins, as the embedded provider is by http and by
 * https. Its endpoints are at that origin; its issuer stays the same, since it is a name and not an address.
 */
export const metadataAtOrigin = (metadata: ProviderMetadata, from: string, to: string): ProviderMetadata =>
  Object.fromEntries(
    Object.entries(metadata).map(([name, value]): [string, Json | undefined] => [
      name,
      typeof value === "string" && endpointName.test(name) ? replaceOrigin(value, from, to) : value,
    ]),
  ) as ProviderMetadata;
