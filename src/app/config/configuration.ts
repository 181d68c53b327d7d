import ipaddr from "ipaddr.js";
import type { ClaimNames } from "../../domain/identity/user.ts";
import type { SiteLogo } from "../../domain/site.ts";
import type { RoleGroupCatalogue } from "../../ports/driven/identity/role-group-catalogue.ts";
import { checkProvider } from "./check-provider.ts";
import { checkRedis, checkRedisIsThere } from "./check-redis.ts";
import { checkStoreCredentials } from "./check-store-credentials.ts";
import { checkValues } from "./check-values.ts";
import { isSet, readSettings } from "./read-settings.ts";
import type { Mode } from "./setting.ts";
import type { SettingName, Settings } from "./settings.ts";
import type { UnknownNames } from "./unknown-names.ts";
import { unknownNames } from "./unknown-names.ts";

/** The checked configuration; no connection has been opened yet. */
export interface Configuration {
  readonly mode: Mode;
  readonly settings: Settings;
  readonly catalogue: RoleGroupCatalogue;
  readonly siteLogo: SiteLogo | undefined;
  readonly provider: ProviderConfiguration;
  /** `http_proxy`, `https_proxy`, `no_proxy`, for connections to S3. */
  readonly proxies: Readonly<Record<string, string | undefined>>;
  readonly unknownNames: UnknownNames;
}

export type ProviderConfiguration =
  /** Demo accounts, on a laptop with no configuration at all. */
  | { readonly kind: "embedded" }
  /** The lab's own. */
  | {
      readonly kind: "external";
      readonly clientId: string;
      readonly cliClientId: string;
      readonly cliRedirectUris: readonly string[];
      readonly claimNames: ClaimNames;
    };

/** All problems of the configuration, reported at once. */
export class BadConfiguration extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

interface ConfigurationSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly codebase: string;
  readonly workingFolder: string;
}

/** Reads and checks the configuration without opening a connection. @throws BadConfiguration */
export const readConfiguration = async (from: ConfigurationSources): Promise<Configuration> => {
  const { mode, settings, given, problems } = readSettings(
    from.environment,
    from.codebase,
    from.workingFolder,
  );
  const found = [...problems];
  const mayBeEmbedded = mode === "development" && !namesProvider(from.environment, given);
  const provider = mayBeEmbedded ? embedded : providerConfiguration(settings, given, found);
  if (provider.kind === "embedded") checkLoopback(settings.HOST, found);
  if (mode === "production") {
    checkProduction(given, found);
    checkStoreCredentials(settings, from.environment, found);
  }
  // A review deployment needs no Redis, unless REDIS_REQUIRED is set (configuration.md section 2).
  const isReview = (from.environment["HEROKU_PR_NUMBER"] ?? "") !== "" && !given.has("REDIS_REQUIRED");
  if (!isReview) checkRedisIsThere(settings, given, found);
  checkRedis(settings, found);
  checkOrigins(mode, settings, found);
  checkValues(mode, settings, found);
  await checkKeys(settings, found);
  const catalogue = await readCatalogue(settings.GROUPS_DATA_FILE, found);
  const siteLogo = await readLogo(settings.SITE_LOGO, found);
  if (found.length > 0 || !catalogue) throw new BadConfiguration(found);
  return {
    mode,
    settings,
    catalogue,
    siteLogo,
    provider,
    proxies: proxiesIn(from.environment),
    unknownNames: unknownNames(from.environment),
  };
};

const proxiesIn = (environment: ConfigurationSources["environment"]) =>
  Object.fromEntries(
    ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].map((name) => [
      name,
      environment[name],
    ]),
  );

const embedded: ProviderConfiguration = { kind: "embedded" };

const isAboutProvider = (name: string): boolean => /^(OIDC|OAUTH2)_/.test(name);

/** Demo accounts exist only when no setting of a provider is set, even under a misspelt name. */
const namesProvider = (
  environment: ConfigurationSources["environment"],
  given: ReadonlySet<SettingName>,
): boolean =>
  [...given].some(isAboutProvider) ||
  Object.keys(environment).some((name) => isAboutProvider(name) && isSet(environment, name));

const providerConfiguration = (
  settings: Settings,
  given: ReadonlySet<SettingName>,
  problems: string[],
): ProviderConfiguration => {
  const required = <Name extends SettingName>(name: Name): NonNullable<Settings[Name]> => {
    const value = settings[name];
    if (!given.has(name))
      problems.push(`${name} is not set. It is needed with an identity provider of your own.`);
    return value as NonNullable<Settings[Name]>;
  };
  if (!given.has("OIDC_IDP_URL") && !given.has("OIDC_CONFIGURATION") && !isDescribedPiecemeal(given)) {
    problems.push(
      "OIDC_IDP_URL is not set. Name your identity provider, for example https://idp.example.org/realms/lab.",
    );
  }
  checkProvider(settings, problems);
  checkGroupsClaim(settings, problems);
  return {
    kind: "external",
    clientId: required("OAUTH2_CLIENT_ID"),
    cliClientId: required("OAUTH2_CLI_CLIENT_ID"),
    cliRedirectUris: required("OAUTH2_CLI_CLIENT_REDIRECT_URIS"),
    claimNames: {
      username: required("OIDC_USERNAME_CLAIM"),
      groups:
        settings.MEMBERSHIPS === "provider" ? required("OIDC_GROUPS_CLAIM") : settings.OIDC_GROUPS_CLAIM,
      subject: settings.OIDC_SUBJECT_CLAIM,
    },
  };
};

/** What counts on the provider's groups needs the claim that names them. */
const checkGroupsClaim = (settings: Settings, problems: string[]): void => {
  if (settings.OIDC_GROUPS_CLAIM !== undefined || settings.MEMBERSHIPS === "provider") return;
  const used = {
    ROLE_GROUPS: Object.keys(settings.ROLE_GROUPS).length > 0,
    ADMINISTRATOR_GROUPS: settings.ADMINISTRATOR_GROUPS.length > 0,
  };
  for (const [name] of Object.entries(used).filter(([, isUsed]) => isUsed)) {
    problems.push(`${name} is about groups of the provider: set OIDC_GROUPS_CLAIM, which names their claim.`);
  }
};

const piecemeal: readonly SettingName[] = [
  "OIDC_ISSUER_URL",
  "OIDC_JWKS_URL",
  "OAUTH2_AUTHORIZATION_URL",
  "OAUTH2_TOKEN_URL",
];

const isDescribedPiecemeal = (given: ReadonlySet<SettingName>): boolean =>
  piecemeal.every((name) => given.has(name));

const checkLoopback = (host: string, problems: string[]): void => {
  if (["127.0.0.1", "localhost", "::1"].includes(host)) return;
  problems.push(
    `HOST is ${host}, but with demo accounts the server may be reached from this machine only. ` +
      "Unset it, or configure an identity provider of your own (OIDC_IDP_URL and so on).",
  );
};

const checkProduction = (given: ReadonlySet<SettingName>, problems: string[]): void => {
  for (const name of ["SESSION_SECRET", "SESSION_ENCRYPTION_KEYS"] as const) {
    if (!given.has(name)) problems.push(`${name} is not set. Production needs it.`);
  }
};

const checkOrigins = (mode: Mode, settings: Settings, problems: string[]): void => {
  for (const origin of settings.PUBLIC_ORIGIN ?? []) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      problems.push(
        `PUBLIC_ORIGIN: ${origin} has to be an origin such as https://groups.example.org, with no path.`,
      );
    } else if (mode === "production" && !origin.startsWith("https://")) {
      problems.push(`PUBLIC_ORIGIN: ${origin} has to begin with https://, the only scheme of production.`);
    }
  }
  for (const entry of settings.TRUSTED_PROXIES) {
    if (!ipaddr.isValid(entry) && !ipaddr.isValidCIDR(entry)) {
      problems.push(`TRUSTED_PROXIES: ${entry} is neither an address nor a range such as 10.0.0.0/8.`);
    }
  }
};

const checkKeys = async (settings: Settings, problems: string[]): Promise<void> => {
  if (settings.SESSION_ENCRYPTION_KEYS === undefined) return;
  const { parseEncryptionKeys } = await import("../../adapters/aes-gcm/encryption-keys.ts");
  const parsed = parseEncryptionKeys(settings.SESSION_ENCRYPTION_KEYS);
  if ("problems" in parsed) {
    problems.push(...parsed.problems.map((problem) => `SESSION_ENCRYPTION_KEYS: ${problem}`));
  }
};

const readLogo = async (path: string | undefined, problems: string[]): Promise<SiteLogo | undefined> => {
  if (path === undefined) return undefined;
  const { readSiteLogo } = await import("../../adapters/filesystem/site-logo.ts");
  const read = await readSiteLogo(path);
  if ("logo" in read) return read.logo;
  problems.push(`SITE_LOGO: ${path} ${read.problem}`);
  return undefined;
};

const readCatalogue = async (path: string, problems: string[]): Promise<RoleGroupCatalogue | undefined> => {
  const { BadGroupsFile, readGroupsFile } = await import("../../adapters/filesystem/role-group-catalogue.ts");
  try {
    return await readGroupsFile(path);
  } catch (error) {
    if (!(error instanceof BadGroupsFile)) throw error;
    problems.push(...error.problems.map((problem) => `GROUPS_DATA_FILE (${path}): ${problem}`));
    return undefined;
  }
};
