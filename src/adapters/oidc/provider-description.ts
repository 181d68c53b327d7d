import type { Json, JsonObject, Seconds } from "../../domain/brand.ts";
import { NotConfigured, ProviderDown } from "../../domain/failure.ts";
import type { ProviderMetadata } from "../../domain/identity/provider-metadata.ts";
import type { OidcOptions } from "./options.ts";
import type { BoundedFetch } from "./requests/bounded-fetch.ts";
import { remoteDocument } from "./requests/remote-document.ts";

const maxAge: Seconds = 3600;

/** What nothing works without; all else is optional, and is not demanded. */
const urlNames = ["jwks_uri", "authorization_endpoint", "token_endpoint"] as const;

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Plain http only where nobody can listen: on this machine. */
export const isAcceptableUrl = (text: Json | undefined): boolean => {
  const url = typeof text === "string" ? URL.parse(text) : null;
  return (
    url !== null &&
    (url.protocol === "https:" || (url.protocol === "http:" && loopbackHost.test(url.hostname)))
  );
};

/** What is wrong with a provider's description of itself; empty: nothing. */
const faults = (document: JsonObject): string[] => {
  const found: string[] = [];
  if (typeof document.issuer !== "string" || document.issuer === "") found.push("issuer is missing");
  for (const name of urlNames) {
    if (document[name] === undefined) found.push(`${name} is missing`);
    else if (!isAcceptableUrl(document[name]))
      found.push(`${name} is neither an https URL nor of this machine`);
  }
  return found;
};

const isMetadata = (document: JsonObject): document is ProviderMetadata => faults(document).length === 0;

const describe = (document: JsonObject): ProviderMetadata | string =>
  isMetadata(document) ? document : `Identity provider: ${faults(document).join(", ")}.`;

const discoveryUrl = (idpUrl: string): string =>
  `${idpUrl.replace(/\/+$/, "")}/.well-known/openid-configuration`;

const saysAll = (set: JsonObject): boolean =>
  [...urlNames, "issuer", "end_session_endpoint", "scopes_supported"].every(
    (name) => set[name] !== undefined,
  );

export interface ProviderDescription {
  /** Throws ProviderDown. */
  get(): Promise<ProviderMetadata>;
  /** The same, for who would rather not wait; undefined: not known yet. */
  kept(): ProviderMetadata | undefined;
  /** What was last got; undefined before that. Asks nobody. */
  known(): ProviderMetadata | undefined;
}

/**
 * The provider's metadata. The issuer is not compared with the URL that discovery was asked for at, which
 * OpenID Connect Discovery section 4.3 wants for issuers that users name; ours is the operator's choice, and may be
 * reached by an internal address. Throws NotConfigured at once when no fetch could ever give a usable one.
 */
export const providerDescription = (
  options: Pick<OidcOptions, "idpUrl" | "configuration" | "overrides" | "clock" | "log">,
  fetch: BoundedFetch,
): ProviderDescription => {
  const { idpUrl, configuration, overrides, clock, log } = options;
  const set = Object.fromEntries(
    Object.entries({ ...configuration, ...overrides }).filter(([, value]) => value !== undefined),
  );
  const complete = describe(set);
  // What is optional may still be there to be discovered.
  const needsNoMore = idpUrl === undefined || configuration !== undefined || saysAll(set);
  if (typeof complete !== "string" && needsNoMore) {
    return { get: async () => complete, kept: () => complete, known: () => complete };
  }
  if (configuration !== undefined) throw new NotConfigured(String(complete));
  for (const name of [...urlNames, "end_session_endpoint"]) {
    if (set[name] !== undefined && !isAcceptableUrl(set[name])) {
      throw new NotConfigured(`Identity provider: ${name} has to be an https URL, or one of this machine.`);
    }
  }
  if (idpUrl === undefined) throw new NotConfigured(`${complete} There is no URL to discover it from.`);
  if (!isAcceptableUrl(idpUrl)) {
    throw new NotConfigured("The identity provider's URL has to be https, or http on this machine.");
  }
  let known: ProviderMetadata | undefined;
  const document = remoteDocument({
    what: "provider metadata",
    url: discoveryUrl(idpUrl),
    read: (discovered) => {
      const metadata = describe({ ...discovered, ...set });
      if (typeof metadata === "string") throw new ProviderDown({ cause: new Error(metadata) });
      known = metadata;
      return metadata;
    },
    maxAge,
    fetch,
    clock,
    log,
  });
  return {
    get: async () => (await document.get()).value,
    kept: () => document.kept()?.value,
    known: () => known,
  };
};
