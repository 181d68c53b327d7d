import { isIP } from "node:net";
import { parseSmtpUrl } from "../../adapters/smtp/smtp-server.ts";
import { NotConfigured } from "../../domain/failure.ts";
import { mappingFaults } from "../../domain/identity/role-group-mapping.ts";
import { parseUsername } from "../../domain/identity/user.ts";
import type { Mode } from "./setting.ts";
import type { Settings } from "./settings.ts";

/** In characters: as many as 24 random bytes have in base64. */
const minSecretLength = 32;
const minDistinctCharacters = 8;

const isWeak = (secret: string): boolean =>
  secret.trim().length < minSecretLength || new Set(secret).size < minDistinctCharacters;

/** Labels of letters, digits and inner hyphens (RFC 1123 section 2.1); a leading dot is allowed for cookies. */
const domainName = /^\.?(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+$/i;

/** Names that AWS accepts, and those that other stores accept as well (Ceph, MinIO and old buckets of AWS). */
const bucketName = {
  aws: /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  other: /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
} as const;

const checkSecrets = ({ SESSION_SECRET: secrets = [] }: Settings, problems: string[]): void => {
  if (!secrets.some(isWeak)) return;
  problems.push(
    `SESSION_SECRET: ${secrets.length === 1 ? "it" : "each in the list"} has to have at least ${minSecretLength} ` +
      `characters, ${minDistinctCharacters} of them different. "node server.js make-secrets" prints one.`,
  );
};

const checkBuckets = (settings: Settings, problems: string[]): void => {
  if (settings.GROUPS_STORAGE !== "s3") return;
  const form = settings.AWS_ENDPOINT_URL_S3 === undefined ? bucketName.aws : bucketName.other;
  for (const setting of ["GROUPS_BUCKET", "RECORDS_BUCKET"] as const) {
    const name = settings[setting];
    if (name === undefined || (form.test(name) && isIP(name) === 0)) continue;
    problems.push(
      `${setting}: ${JSON.stringify(name)} cannot be a bucket's name. Give the name alone, without s3:// and without a path.`,
    );
  }
};

const checkCookieDomain = (settings: Settings, problems: string[]): void => {
  const { SESSION_COOKIE_DOMAIN: domain, PUBLIC_ORIGIN: origins = [] } = settings;
  if (domain === undefined) return;
  if (!domainName.test(domain) || isIP(domain) !== 0) {
    problems.push(
      `SESSION_COOKIE_DOMAIN: ${JSON.stringify(domain)} has to be a domain such as example.org, without https:// and without a port.`,
    );
    return;
  }
  const parent = domain.replace(/^\./, "").toLowerCase();
  const isOutside = (origin: string) =>
    URL.canParse(origin) && !`.${new URL(origin).hostname}`.endsWith(`.${parent}`);
  const outside = origins.find(isOutside);
  if (outside === undefined) return;
  problems.push(
    `SESSION_COOKIE_DOMAIN: browsers refuse a cookie for ${domain} from ${outside} (PUBLIC_ORIGIN), which is not below it.`,
  );
};

/** A token (RFC 9110 section 5.6.2), as browsers and proxies accept it as a cookie's name. */
const cookieName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** The server's other cookies: of login attempts, of ended logins, and of the embedded provider. */
const otherCookies = /^(__host-)?nextstrain\.org-login-|^idp_/i;

const checkCookieName = (mode: Mode, settings: Settings, problems: string[]): void => {
  const { SESSION_COOKIE_NAME: name, SESSION_COOKIE_DOMAIN: domain } = settings;
  const refuse = (why: string) => problems.push(`SESSION_COOKIE_NAME: ${JSON.stringify(name)} ${why}`);
  if (!cookieName.test(name)) refuse("cannot be a cookie's name. Use letters, digits, dots and hyphens.");
  else if (otherCookies.test(name)) refuse("is another cookie of this server. Take another name.");
  else if (/^__(host|secure)-/i.test(name) && mode === "development") {
    refuse("is for https only, that is, for production. Take a name without this beginning.");
  } else if (/^__host-/i.test(name) && domain !== undefined) {
    refuse(
      "and SESSION_COOKIE_DOMAIN exclude each other: such a cookie has no domain. Unset one of the two.",
    );
  }
};

const checkRoleGroups = ({ ROLE_GROUPS: mapping }: Settings, problems: string[]): void => {
  problems.push(...mappingFaults(mapping).map((fault) => `ROLE_GROUPS: ${fault}`));
};

const checkAdministrators = ({ ADMINISTRATORS: usernames }: Settings, problems: string[]): void => {
  for (const username of usernames.filter((name) => parseUsername(name) === undefined)) {
    problems.push(
      `ADMINISTRATORS: ${JSON.stringify(username)} can be nobody's username: it has 1 to 200 bytes, no control characters, and no blanks around it.`,
    );
  }
};

const checkMail = ({ SMTP_URL: url, MAIL_FROM, PUBLIC_ORIGIN }: Settings, problems: string[]): void => {
  if (url === undefined) return;
  try {
    parseSmtpUrl(url);
  } catch (error) {
    if (!(error instanceof NotConfigured)) throw error;
    problems.push(error.message);
  }
  if (MAIL_FROM === undefined) problems.push("MAIL_FROM is not set. SMTP_URL needs it: whom mail is from.");
  if (PUBLIC_ORIGIN === undefined) {
    problems.push(
      "PUBLIC_ORIGIN is not set. SMTP_URL needs it: links in mail are made of it, and never of what a request says.",
    );
  }
};

/** Finds values that have the right type and still cannot work, before anything is opened. */
export const checkValues = (mode: Mode, settings: Settings, problems: string[]): void => {
  if (mode === "production") checkSecrets(settings, problems);
  checkBuckets(settings, problems);
  checkCookieDomain(settings, problems);
  checkCookieName(mode, settings, problems);
  checkRoleGroups(settings, problems);
  checkAdministrators(settings, problems);
  checkMail(settings, problems);
};
