import { createSecretKey } from "node:crypto";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { DependencyContainer } from "tsyringe";
import { imagePolicies } from "../adapters/http/groups/overview/image-policy.ts";
import { openOverviews } from "../adapters/http/groups/overview/overview.ts";
import type { OriginRules } from "../adapters/http/middleware/origin.ts";
import type { CookieSettings } from "../adapters/http/middleware/session-cookie.ts";
import { preloadPages } from "../adapters/http/pages/template.ts";
import type { RequestHandler } from "../adapters/http/server.ts";
import { server } from "../adapters/http/server.ts";
import type { Seconds } from "../domain/brand.ts";
import { roleGroupMapping } from "../domain/identity/role-group-mapping.ts";
import type { Site } from "../domain/site.ts";
import type { AdapterParts } from "./adapters.ts";
import { bindAdapters } from "./adapters.ts";
import { bind, get, newContainer } from "./bindings.ts";
import { cachedListings } from "./caches/cached-listings.ts";
import { withCachedUnicodeNames } from "./caches/cached-unicode-names.ts";
import type { Configuration } from "./config/configuration.ts";
import type { Origins, ProviderParts } from "./config/identity-provider.ts";
import { openIdentityProvider } from "./config/identity-provider.ts";
import { ifDefined } from "./config/if-defined.ts";
import type { Settings } from "./config/settings.ts";
import { keys } from "./keys.ts";
import { backgroundWork } from "./runtime/background-work.ts";
import { readiness } from "./runtime/readiness.ts";
import { renewals } from "./runtime/renewals.ts";
import { addSampleData } from "./runtime/sample-data.ts";
import { settleAll } from "./runtime/settle-all.ts";
import { groupAccess } from "./usecases/groups/access.ts";
import { groups } from "./usecases/groups/groups.ts";
import { listings } from "./usecases/groups/listings.ts";
import { backchannelLogout } from "./usecases/identity/backchannel-logout.ts";
import { discovery } from "./usecases/identity/discovery.ts";
import { findSessions } from "./usecases/identity/find-sessions.ts";
import { identifyCaller } from "./usecases/identity/identify-caller.ts";
import { revokeLogin } from "./usecases/identity/revoke-login.ts";
import { signIn } from "./usecases/identity/sign-in.ts";
import { userinfo as claimsFromUserinfo } from "./usecases/identity/userinfo.ts";
import { idTokenValidation } from "./usecases/identity/validate-id-token.ts";
import { recordSignIn } from "./usecases/people/record-sign-in.ts";
import { withGzipDetection } from "./usecases/resources/gzip-detection.ts";
import { storedFiles } from "./usecases/resources/stored-files.ts";
import { mySessions } from "./usecases/sessions/my-sessions.ts";
import { registeredSessions } from "./usecases/sessions/registered-sessions.ts";
import { renewTokens } from "./usecases/sessions/renew-tokens.ts";
import { sessionTokens } from "./usecases/sessions/session-tokens.ts";
import { sessions } from "./usecases/sessions/sessions.ts";
import { touchSession } from "./usecases/sessions/touch-session.ts";

/**
 * The composition root: which adapter stands behind which port, and which use case gets which ports. Nobody
 * else resolves anything. What is opened here is closed by the parts' closers.
 */
export const compose = async (parts: AdapterParts, origins: Origins): Promise<RequestHandler> => {
  const container = newContainer();
  await bindAdapters(container, parts);
  const isEmbedded = parts.configuration.provider.kind === "embedded";
  // In parallel: the provider hashes passwords on other threads, while the sample data is computed on this one.
  const [provider] = await settleAll([
    openIdentityProvider(parts, origins, get(container, keys.limiters)),
    isEmbedded ? addSample(container, parts, origins) : undefined,
  ]);
  bind(container, keys.identityProvider, () => provider.identityProvider);
  return assemble(container, parts, provider);
};

const addSample = (from: DependencyContainer, { configuration }: AdapterParts, origins: Origins) =>
  addSampleData({
    catalogue: get(from, keys.catalogue),
    store: get(from, keys.resourceStore),
    contentCheck: get(from, keys.contentCheck),
    folder: configuration.settings.DATA_DIR,
    origin: origins[0],
  });

/** How long a server that stops waits for its background work. */
const drainTimeout: Seconds = 5;

const assemble = (
  from: DependencyContainer,
  parts: AdapterParts,
  provider: ProviderParts,
): RequestHandler => {
  const { settings } = parts.configuration;
  const ports = resolvePorts(from);
  const claimNames = { ...provider.claimNames, mapping: roleGroupMapping(settings.ROLE_GROUPS) };
  const idleTimeout = settings.SESSION_MAX_AGE;
  const session = { ...ports, sessions: ports.sessionStore, idleTimeout };
  const background = parts.closers.add(backgroundWork({ log: ports.log, drainTimeout }));
  background.add("reading what is served into memory", () => preload(ports));
  const find = findSessions(session);
  const revoke = revokeLogin({ ...ports, background, findSessions: find });
  const tokens = sessionTokens({ ...session, revoke });
  const registered = registeredSessions({ ...session, tokens, find, revoke });
  const userinfo = claimsFromUserinfo({ ...ports, claimNames, userinfoMode: settings.OIDC_USERINFO });
  const backdatedBy = settings.OIDC_IAT_BACKDATED_BY;
  const validate = idTokenValidation({ ...ports, userinfo, claimNames, backdatedBy });
  const timeout = settings.RENEWAL_TIMEOUT;
  const wait = (time: Seconds) => delay(time * 1000);
  const logins = { tokens, registered, revoke, userinfo, claimNames };
  const renew = renewTokens({ ...session, ...logins, validate, lockTimeout: timeout, wait });
  const renewing = parts.closers.add(renewals({ ...ports, renew, timeout }));
  const signedIn = recordSignIn({ ...ports, background });
  const data = dataParts(ports);
  return server({
    ...ports,
    groups: groups(data),
    sessions: sessions({ store: ports.sessionStore, registered, random: ports.random, idleTimeout }),
    mySessions: mySessions({ ...ports, registered }),
    backchannelLogout: backchannelLogout({ ...ports, registered, background }),
    identifyCaller: identifyCaller({
      ...ports,
      validate,
      tokens,
      renewals: renewing,
      touchSession: touchSession({ ...session, registered }),
      maxLifetime: settings.SESSION_MAX_LIFETIME,
    }),
    signIn: signIn({ ...session, ...provider, ...logins, background, recordSignIn: signedIn }),
    discovery: discovery({ ...ports, ...provider }),
    readiness: readiness(ports),
    overviews: parts.closers.add(openOverviews(ports.log)),
    imagePolicyFor: imagePolicies(settings.IMAGE_HOSTS),
    cookies: cookieSettings(parts),
    site: siteOf(settings),
    origin: originRules(parts.configuration),
    admissionLimits: admissionLimits(settings),
    formActionOrigins: provider.formTargets,
    embeddedProvider: provider.handler,
  });
};

const dataParts = (ports: Ports) => {
  const { resourceStore: store, contentCheck, clock } = ports;
  const now = listings({ store, pause: () => nextTurn() });
  return {
    ...ports,
    store,
    files: storedFiles({ store, contentCheck }),
    listings: cachedListings(now, clock),
    access: groupAccess(ports),
  };
};

const preload = async ({ auspice }: Pick<Ports, "auspice">): Promise<void> => {
  await auspice.preload();
  preloadPages();
};

const resolvePorts = (from: DependencyContainer) => ({
  audit: get(from, keys.audit),
  auspice: get(from, keys.auspice),
  catalogue: get(from, keys.catalogue),
  clock: get(from, keys.clock),
  compression: get(from, keys.compression),
  contentCheck: get(from, keys.contentCheck),
  converter: get(from, keys.converter),
  directory: get(from, keys.directory),
  frontMatter: get(from, keys.frontMatter),
  identityProvider: get(from, keys.identityProvider),
  registry: get(from, keys.sessionRegistry),
  limiters: get(from, keys.limiters),
  lock: get(from, keys.lock),
  log: get(from, keys.log),
  marks: get(from, keys.marks),
  replayCache: get(from, keys.replayCache),
  random: get(from, keys.random),
  records: get(from, keys.records),
  resourceStore: withCachedUnicodeNames(
    withGzipDetection(get(from, keys.resourceStore)),
    get(from, keys.clock),
  ),
  sealer: get(from, keys.sealer),
  sessionStore: get(from, keys.sessionStore),
});

export type Ports = ReturnType<typeof resolvePorts>;

const halfPerCaller = (total: number) => ({ total, perCaller: Math.max(1, Math.ceil(total / 2)) });

const admissionLimits = (settings: Settings) => ({
  upload: halfPerCaller(settings.MAX_UPLOADS),
  download: halfPerCaller(settings.MAX_DOWNLOADS),
  login: halfPerCaller(settings.MAX_LOGINS),
  render: halfPerCaller(settings.MAX_RENDERS),
});

const siteOf = (settings: Settings): Site => ({
  title: settings.SITE_TITLE,
  ...ifDefined("contact", settings.CONTACT),
  ...ifDefined("imprintHref", settings.IMPRINT_URL),
  ...ifDefined("privacyHref", settings.PRIVACY_URL),
});

const keyOf = (secret: string) => createSecretKey(Buffer.from(secret));

const cookieSettings = ({
  configuration,
  secrets: {
    session: [first, ...older],
  },
}: AdapterParts): CookieSettings => ({
  secrets: [keyOf(first), ...older.map(keyOf)],
  name: configuration.settings.SESSION_COOKIE_NAME,
  maxAge: configuration.settings.SESSION_MAX_AGE,
  secure: configuration.mode === "production",
  domain: configuration.settings.SESSION_COOKIE_DOMAIN,
});

const originRules = ({ mode, provider, settings }: Configuration): OriginRules => {
  if (provider.kind === "embedded") return { kind: "loopback" };
  const origins = settings.PUBLIC_ORIGIN ?? [];
  if (mode === "development" && settings.TRUSTED_PROXIES.length === 0) return { kind: "direct", origins };
  return {
    kind: "proxied",
    proxies: settings.TRUSTED_PROXIES,
    origins,
    httpsOnly: mode === "production",
    hstsMaxAge: settings.HSTS_MAX_AGE,
  };
};
