import { createSecretKey } from "node:crypto";
import { imagePolicies } from "../adapters/http/groups/overview/image-policy.ts";
import type { OriginRules } from "../adapters/http/middleware/origin.ts";
import type { CookieSettings } from "../adapters/http/middleware/session-cookie.ts";
import type { Site } from "../domain/site.ts";
import type { AdapterParts } from "./adapters.ts";
import type { Configuration } from "./config/configuration.ts";
import { ifDefined } from "./config/if-defined.ts";
import type { Settings } from "./config/settings.ts";

/** What the HTTP server gets of the settings. */
export const httpOptions = (parts: AdapterParts) => ({
  cookies: cookieSettings(parts),
  site: siteOf(parts.configuration),
  origin: originRules(parts.configuration),
  admissionLimits: admissionLimits(parts.configuration.settings),
  imagePolicyFor: imagePolicies(parts.configuration.settings.IMAGE_HOSTS),
});

const halfPerCaller = (total: number) => ({ total, perCaller: Math.max(1, Math.ceil(total / 2)) });

const admissionLimits = (settings: Settings) => ({
  upload: halfPerCaller(settings.MAX_UPLOADS),
  download: halfPerCaller(settings.MAX_DOWNLOADS),
  login: halfPerCaller(settings.MAX_LOGINS),
  render: halfPerCaller(settings.MAX_RENDERS),
});

const siteOf = ({ settings, siteLogo }: Configuration): Site => ({
  title: settings.SITE_TITLE,
  ...ifDefined("logo", siteLogo),
  ...ifDefined("accentColor", settings.ACCENT_COLOR),
  ...ifDefined("contact", settings.CONTACT),
  ...ifDefined("imprintHref", settings.IMPRINT_URL),
  ...ifDefined("privacyHref", settings.PRIVACY_URL),
  areRolesAtProvider: settings.MEMBERSHIPS === "provider",
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
