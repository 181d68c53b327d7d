import type { Json, JsonObject } from "./brand.ts";

/** The identity provider's description of itself (OpenID Connect Discovery section 3), with the operator's overrides. */
export interface ProviderMetadata extends JsonObject {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly end_session_endpoint: string;
  readonly scopes_supported: readonly string[];
}

/** What is asked for at a login: the two that must be there, and two more where the provider has them. */
export const scopesToAskFor = (metadata: ProviderMetadata): string =>
  ["openid", "profile", "email", "offline_access"]
    .filter((scope) => scope === "openid" || scope === "profile" || metadata.scopes_supported.includes(scope))
    .join(" ");

const endpointName = /_(endpoint|uri)$/;

/** Moves a URL of the origin `from` to the origin `to`; others stay. */
export const moveUrl = (url: string, from: string, to: string): string =>
  url.startsWith(`${from}/`) ? to + url.slice(from.length) : url;

/**
 * The same provider as seen from another of its own origins: endpoints move, the issuer stays, since it is
 * a name and not an address. Needed by the embedded provider, which answers by http and by https.
 */
export const movedTo = (metadata: ProviderMetadata, from: string, to: string): ProviderMetadata =>
  Object.fromEntries(
    Object.entries(metadata).map(([name, value]): [string, Json | undefined] => [
      name,
      typeof value === "string" && endpointName.test(name) ? moveUrl(value, from, to) : value,
    ]),
  ) as ProviderMetadata;
