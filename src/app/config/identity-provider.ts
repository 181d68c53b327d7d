import { join } from "node:path";
import type { RequestHandler } from "../../adapters/http/server.ts";
import type { MetadataOverrides } from "../../adapters/oidc/options.ts";
import type { ProviderMetadata } from "../../domain/identity/provider-metadata.ts";
import type { ClaimNames } from "../../domain/identity/user.ts";
import type { IdentityProvider } from "../../ports/driven/identity/identity-provider.ts";
import type { Limiter, OpenLimiter, Rate } from "../../ports/driven/system/limiter.ts";
import type { AdapterParts } from "../adapters.ts";
import { ifDefined } from "./if-defined.ts";
import type { Settings } from "./settings.ts";

/** The identity provider, and what use cases and clients need to know of it. */
export interface ProviderParts {
  readonly identityProvider: IdentityProvider;
  readonly claimNames: ClaimNames;
  readonly cliClientId: string;
  readonly cliRedirectUris: readonly string[];
  /** Only of the embedded provider: the origin by which the server itself reaches it. */
  readonly providerOrigin: string | undefined;
  readonly handler: RequestHandler | undefined;
  /** Origins that a logout redirects to, as far as they are known yet. */
  readonly formTargets: () => readonly string[];
}

/** The server's own origins; by the first it reaches itself. */
export type Origins = readonly [string, ...string[]];

export const openIdentityProvider = (
  parts: AdapterParts,
  origins: Origins,
  limiters: OpenLimiter,
): Promise<ProviderParts> =>
  parts.configuration.provider.kind === "embedded"
    ? openEmbedded(parts, origins, limiters("demo-login", demoLogins))
    : openExternal(parts);

const demoAccounts = [
  { username: "alice", password: "demo", groups: ["demo/owners", "demo-private/owners"] },
  { username: "bob", password: "demo", groups: ["demo-private/viewers"] },
  { username: "carol", password: "demo", groups: [] },
];

export const demoUsernames: readonly string[] = demoAccounts.map(({ username }) => username);

const embeddedClients = { app: "groups-server", cli: "nextstrain-cli" };

/** RFC 8252 section 7.3: any port of the loopback interface. */
const cliRedirectUris = ["http://127.0.0.1/", "http://localhost/"];

/** Limits attempts by username; a right password resets the count. */
const demoLogins: Rate = { burst: 5, interval: 60 };

const openEmbedded = async (
  parts: AdapterParts,
  origins: Origins,
  attempts: Limiter,
): Promise<ProviderParts> => {
  const { configuration, random, clock, log, closers } = parts;
  // Provider and client share a process, so their secret need not outlive it.
  const secret = random.text(32);
  const claimNames = { username: "preferred_username", groups: "groups", subject: "sub" };
  const issuer = `${origins[0]}/idp`;
  const { openEmbeddedProvider } = await import("../../adapters/embedded-provider/embedded-provider.ts");
  const provider = closers.add(
    await openEmbeddedProvider({
      folder: join(configuration.settings.DATA_DIR, "idp"),
      issuer,
      origins,
      clients: { app: { id: embeddedClients.app, secret }, cli: { id: embeddedClients.cli } },
      accounts: demoAccounts,
      claimNames,
      attempts,
      clock,
      log,
    }),
  );
  const { oidcIdentityProvider } = await import("../../adapters/oidc/identity-provider.ts");
  const client = { id: embeddedClients.app, secret };
  const options = { idpUrl: issuer, client, cliClientId: embeddedClients.cli, clock, log };
  return {
    identityProvider: closers.add(oidcIdentityProvider(options)),
    claimNames,
    cliClientId: embeddedClients.cli,
    cliRedirectUris,
    providerOrigin: origins[0],
    handler: (request, response) => provider.handler(request, response),
    formTargets: () => [],
  };
};

/** Opens the configured provider. */
export const openExternal = async ({
  configuration,
  clock,
  log,
  closers,
}: Pick<AdapterParts, "configuration" | "clock" | "log" | "closers">): Promise<ProviderParts> => {
  const { provider, settings } = configuration;
  if (provider.kind !== "external") throw new Error("no external provider is configured");
  const { oidcIdentityProvider } = await import("../../adapters/oidc/identity-provider.ts");
  const identityProvider = oidcIdentityProvider({
    ...ifDefined("idpUrl", settings.OIDC_IDP_URL),
    ...ifDefined("configuration", settings.OIDC_CONFIGURATION),
    overrides: overrides(settings),
    client: {
      id: provider.clientId,
      ...ifDefined("secret", settings.OAUTH2_CLIENT_SECRET),
      authentication: settings.OAUTH2_CLIENT_AUTH_METHOD,
    },
    authorization: {
      ...ifDefined("scopes", settings.OAUTH2_SCOPES),
      parameters: settings.OAUTH2_AUTHORIZATION_PARAMS,
    },
    cliClientId: provider.cliClientId,
    timeout: settings.OIDC_TIMEOUT,
    tolerance: { start: settings.OIDC_START_TOLERANCE, end: settings.OIDC_END_TOLERANCE },
    clock,
    log,
  });
  return {
    identityProvider: closers.add(identityProvider),
    claimNames: provider.claimNames,
    cliClientId: provider.cliClientId,
    cliRedirectUris: provider.cliRedirectUris,
    providerOrigin: undefined,
    handler: undefined,
    formTargets: () => logoutOrigins(settings, identityProvider.latestMetadata()),
  };
};

const overrides = (settings: Settings): MetadataOverrides => ({
  ...ifDefined("issuer", settings.OIDC_ISSUER_URL),
  ...ifDefined("jwks_uri", settings.OIDC_JWKS_URL),
  ...ifDefined("authorization_endpoint", settings.OAUTH2_AUTHORIZATION_URL),
  ...ifDefined("token_endpoint", settings.OAUTH2_TOKEN_URL),
  ...ifDefined("end_session_endpoint", settings.OAUTH2_LOGOUT_URL),
  ...ifDefined("scopes_supported", settings.OAUTH2_SCOPES_SUPPORTED),
});

/** The logout endpoint may be at another origin than the metadata, as Amazon Cognito's is. */
const logoutOrigins = (settings: Settings, known: ProviderMetadata | undefined): readonly string[] => {
  const urls = [settings.OAUTH2_LOGOUT_URL, known?.["end_session_endpoint"], settings.OIDC_IDP_URL];
  return [
    ...new Set(
      urls
        .filter((url) => typeof url === "string" && URL.canParse(url))
        .map((url) => new URL(String(url)).origin),
    ),
  ];
};
