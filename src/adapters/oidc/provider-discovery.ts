import type { Json, JsonObject, Seconds } from "../../domain/brand.ts";
import { NotConfigured, ProviderDown } from "../../domain/failure.ts";
import type { ProviderMetadata } from "../../domain/identity/provider-metadata.ts";
import type { OidcOptions } from "./options.ts";
import type { BoundedFetch } from "./requests/bounded-fetch.ts";
import { cachedDocument } from "./requests/cached-document.ts";

const maxAge: Seconds = 3600;

/** The URLs that a login and a verification need; all other metadata are optional. */
const requiredUrls = ["jwks_uri", "authorization_endpoint", "token_endpoint"] as const;

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether nobody can listen to a request: an https URL, or an http URL of the loopback interface. */
export const isSecureUrl = (text: Json | undefined): boolean => {
  const url = typeof text === "string" ? URL.parse(text) : null;
  return (
    url !== null &&
    (url.protocol === "https:" || (url.protocol === "http:" && loopbackHost.test(url.hostname)))
  );
};

/** What is wrong with provider metadata; empty when they are valid. */
const metadataErrors = (document: JsonObject): string[] => {
  const errors: string[] = [];
  if (typeof document.issuer !== "string" || document.issuer === "") errors.push("issuer is missing");
  for (const name of requiredUrls) {
    if (document[name] === undefined) errors.push(`${name} is missing`);
    else if (!isSecureUrl(document[name])) errors.push(`${name} is neither an https URL nor of this machine`);
  }
  return errors;
};

const isMetadata = (document: JsonObject): document is ProviderMetadata =>
  metadataErrors(document).length === 0;

/** The metadata, or a sentence that says what is wrong with them. */
const parseMetadata = (document: JsonObject): ProviderMetadata | string =>
  isMetadata(document) ? document : `Identity provider: ${metadataErrors(document).join(", ")}.`;

const discoveryUrl = (idpUrl: string): string =>
  `${idpUrl.replace(/\/+$/, "")}/.well-known/openid-configuration`;

/** Whether an operator has also configured the optional metadata, so that nothing is left to be discovered. */
const isComplete = (configured: JsonObject): boolean =>
  [...requiredUrls, "issuer", "end_session_endpoint", "scopes_supported"].every(
    (name) => configured[name] !== undefined,
  );

export interface ProviderDiscovery {
  /** The cached metadata, which are fetched first where there are none. Throws ProviderDown. */
  get(): Promise<ProviderMetadata>;
  /** The same without waiting; undefined when nothing is cached. Refreshes old metadata in the background. */
  cached(): ProviderMetadata | undefined;
  /** The metadata that were last fetched, without any request; undefined before the first fetch. */
  latest(): ProviderMetadata | undefined;
}

/**
 * The provider's metadata, configured or from its discovery document (OpenID Connect Discovery section 4). The issuer
 * need not match the discovery URL as section 4.3 demands: the operator has configured that URL, which may be an
 * internal address. Throws NotConfigured when no discovery document could complete the options.
 */
export const providerDiscovery = (
  options: Pick<OidcOptions, "idpUrl" | "configuration" | "overrides" | "clock" | "log">,
  fetch: BoundedFetch,
): ProviderDiscovery => {
  const { idpUrl, configuration, overrides, clock, log } = options;
  const configured = Object.fromEntries(
    Object.entries({ ...configuration, ...overrides }).filter(([, value]) => value !== undefined),
  );
  const configuredMetadata = parseMetadata(configured);
  const needsNoDiscovery = idpUrl === undefined || configuration !== undefined || isComplete(configured);
  if (typeof configuredMetadata !== "string" && needsNoDiscovery) {
    return {
      get: async () => configuredMetadata,
      cached: () => configuredMetadata,
      latest: () => configuredMetadata,
    };
  }
  if (configuration !== undefined) throw new NotConfigured(String(configuredMetadata));
  for (const name of [...requiredUrls, "end_session_endpoint"]) {
    if (configured[name] !== undefined && !isSecureUrl(configured[name])) {
      throw new NotConfigured(`Identity provider: ${name} has to be an https URL, or one of this machine.`);
    }
  }
  if (idpUrl === undefined)
    throw new NotConfigured(`${configuredMetadata} There is no URL to discover it from.`);
  if (!isSecureUrl(idpUrl)) {
    throw new NotConfigured("The identity provider's URL has to be https, or http on this machine.");
  }
  let latest: ProviderMetadata | undefined;
  const document = cachedDocument({
    what: "provider metadata",
    url: discoveryUrl(idpUrl),
    parse: (discovered) => {
      const metadata = parseMetadata({ ...discovered, ...configured });
      if (typeof metadata === "string") throw new ProviderDown({ cause: new Error(metadata) });
      latest = metadata;
      return metadata;
    },
    maxAge,
    fetch,
    clock,
    log,
  });
  return {
    get: async () => (await document.get()).value,
    cached: () => document.cached()?.value,
    latest: () => latest,
  };
};
