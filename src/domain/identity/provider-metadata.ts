import type { Json, JsonObject } from "../brand.ts";

/**
 * The identity provider's description of itself (OpenID Connect Discovery section 3), with the operator's
 * overrides. What is optional there is optional here.
 */
export interface ProviderMetadata extends JsonObject {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

/** The scopes that the provider says it has; undefined: it does not say, or not as a list of texts. */
const scopesSupported = ({ scopes_supported: scopes }: ProviderMetadata): readonly Json[] | undefined =>
  Array.isArray(scopes) && scopes.every((scope) => typeof scope === "string") ? scopes : undefined;

/**
 * What is asked for at a login, whatever the provider lists, when the operator has not named it: the two that an
 * id token with a person's claims takes, and two more where the provider has them, or does not say what it has.
 */
export const scopesToAskFor = (metadata: ProviderMetadata): readonly string[] => {
  const supported = scopesSupported(metadata);
  const extra = ["email", "offline_access"].filter((scope) => supported?.includes(scope) ?? true);
  return ["openid", "profile", ...extra];
};

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
