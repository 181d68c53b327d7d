import type { Setting } from "./setting.ts";
import {
  color,
  contact,
  flag,
  hosts,
  mailbox,
  numberFrom,
  object,
  oneOf,
  optional,
  orFalse,
  setting,
  text,
  textByName,
  textOrTexts,
  texts,
  textsByName,
  textUpTo,
  url,
  wholeNumberFrom,
} from "./setting.ts";

const web = url("https", "http");

/** In `REDIS_CA_FILE`. */
export const systemAuthorities = "system";

/**
 * All settings. The messages at the start, the type of the settings and the table in `docs/configuration.md` are
 * derived from this table (configuration.md of the specification).
 */
export const settings = {
  HOST: setting({ kind: text, default: "127.0.0.1", inFile: false, description: "Address to listen on." }),
  PORT: setting({
    kind: wholeNumberFrom(0, 65535),
    default: 5000,
    inFile: false,
    description: "TCP port to listen on; 0 for any free one.",
  }),
  HTTPS_PORT: setting({
    kind: orFalse(wholeNumberFrom(0, 65535)),
    default: 5443,
    inProduction: false,
    inFile: false,
    description:
      "TCP port of the second listener, for https with the local certificate authority. Embedded provider only.",
  }),
  DATA_DIR: setting({
    kind: text,
    default: "data",
    isPath: true,
    description:
      "Folder for everything the server writes on disk; a relative default counts from the codebase's root.",
  }),
  SITE_TITLE: setting({
    kind: textUpTo(60),
    default: "Nextstrain Groups",
    description: "The site's name, on every page.",
  }),
  SITE_LOGO: optional({
    kind: text,
    isPath: true,
    description:
      "PNG or SVG file of at most 100 kB that stands before the site's name and is its icon. Unset: a sign of the server's own.",
  }),
  ACCENT_COLOR: optional({
    kind: color,
    description:
      "The one colour of links and buttons, as #rrggbb. Where it could not be read (WCAG AA), pages take the nearest darker shade of it, or lighter in the dark. Unset: a dark green.",
  }),
  CONTACT: optional({
    kind: contact,
    description:
      "Whom people ask for help: an e-mail address, or the URL of a page. Shown in errors and at the foot of every page.",
  }),
  IMPRINT_URL: optional({ kind: web, description: "The page with your imprint, at the foot of every page." }),
  PRIVACY_URL: optional({
    kind: web,
    description: "The page with your privacy notice, at the foot of every page.",
  }),
  GROUPS_DATA_FILE: setting({
    kind: text,
    default: "env/testing/groups.json",
    inProduction: "env/production/groups.json",
    isPath: true,
    description: "JSON file that defines the groups.",
  }),
  MAX_UPLOAD_BYTES: setting({
    kind: wholeNumberFrom(1),
    default: 10_000_000_000,
    unit: "bytes",
    description: "Largest upload, counted after decompression.",
  }),
  MAX_UPLOADS: setting({
    kind: wholeNumberFrom(1),
    default: 10,
    description:
      "Uploads that one instance takes at once, half of them from one person; some 6 MB of memory each. Others wait up to 10 s, then 503.",
  }),
  MAX_DOWNLOADS: setting({
    kind: wholeNumberFrom(1),
    default: 80,
    description:
      "Downloads of datasets and narratives that one instance sends at once, half of them to one person or address.",
  }),
  MAX_LOGINS: setting({
    kind: wholeNumberFrom(1),
    default: 100,
    description: "Logins that one instance begins or finishes at once, half of them from one address.",
  }),
  MAX_RENDERS: setting({
    kind: wholeNumberFrom(1),
    default: 20,
    description:
      "Overviews that one instance turns from Markdown into a page, and v1 datasets that it converts, at once, half of them for one person or address; what was made before needs none.",
  }),
  IMAGE_HOSTS: optional({
    kind: hosts,
    description:
      'Other hosts whose images overviews, narratives and Auspice show, by https: "a.example", "*.a.example" for all below it, "*" for any. Each learns the addresses of readers. Unset: any on public groups\' pages, none on others. [] for none.',
  }),
  MEMBERSHIPS: setting({
    kind: oneOf("here", "provider"),
    default: "here",
    description:
      "Whether owners give and take roles in their groups here, beside those that the provider gives; or roles are changed at the provider only.",
  }),
  ADMINISTRATORS: setting({
    kind: texts,
    default: [],
    description:
      "Usernames of the people who make and close groups; each is bound to whoever last logged in under it, else to the first who does. They get no access to any group's data by it.",
  }),
  ADMINISTRATOR_GROUPS: setting({
    kind: texts,
    default: [],
    description: "Groups of the provider whose members are administrators too.",
  }),
  GROUPS_STORAGE: setting({
    kind: oneOf("filesystem", "s3"),
    default: "filesystem",
    inProduction: "s3",
    description: "Where groups' data lie: below DATA_DIR, or in an S3-compatible bucket.",
  }),
  GROUPS_BUCKET: setting({
    kind: text,
    default: "nextstrain-groups",
    description: "Bucket with every group's objects.",
  }),
  RECORDS_BUCKET: optional({
    kind: text,
    description:
      "Bucket of the server's own records, below .groups-server/: who has been given which role, who has signed in under which name. Unset: that of the groups.",
  }),
  AWS_REGION: optional({
    kind: text,
    description:
      "Region of the bucket. Unset: us-east-1 with AWS_ENDPOINT_URL_S3, else what the AWS SDK finds.",
  }),
  AWS_ENDPOINT_URL_S3: optional({
    kind: web,
    inFile: false,
    description:
      "Endpoint of an S3-compatible store other than AWS. Credentials come from the AWS SDK's standard sources.",
  }),
  S3_FORCE_PATH_STYLE: optional({
    kind: flag,
    description:
      "Whether the bucket's name stands in the path of URLs and not in the host. Unset: true when AWS_ENDPOINT_URL_S3 is set.",
  }),
  S3_CHECKSUMS: setting({
    kind: oneOf("when-required", "when-supported"),
    default: "when-required",
    description: "Whether to add checksums that S3 knows and many other stores refuse.",
  }),
  STORE_TIMEOUT: setting({
    kind: numberFrom(0.1, 300),
    default: 4,
    unit: "seconds",
    description:
      "Longest wait for an answer of the bucket's store, then 503. Raise it for a store whose first write after its start takes long.",
  }),
  STORE_COMPLETE_TIMEOUT: setting({
    kind: numberFrom(0.1, 600),
    default: 60,
    unit: "seconds",
    description:
      "The same for the request that completes an upload of more than 5 MB, where the store puts its parts together.",
  }),
  REDIS_URL: optional({
    kind: url("rediss", "redis"),
    secret: true,
    inFile: false,
    description:
      "Redis for sessions, locks and marks, as rediss://u:<password>@<host>:<port>[/<database>]; TLS always. Unset: the filesystem.",
  }),
  REDIS_REQUIRED: setting({
    kind: flag,
    default: false,
    inProduction: true,
    description:
      "Whether the server refuses to start without REDIS_URL. False only where DATA_DIR is durable and all instances share it.",
  }),
  REDIS_CA_FILE: optional({
    kind: text,
    isPath: true,
    keyword: systemAuthorities,
    description:
      "PEM file of the certificate authorities that Redis's certificate is checked against; or system: Node's and the machine's own. Unset: it is not checked, and a warning at the start says so.",
  }),
  REDIS_CERTIFICATE_NAME: optional({
    kind: text,
    description: "Name that Redis's certificates carry, where nodes are known by their addresses only.",
  }),
  REDIS_SEND_USERNAME: setting({
    kind: flag,
    default: false,
    description: "Whether the user in REDIS_URL is an ACL user; it is taken for a placeholder otherwise.",
  }),
  REDIS_SENTINELS: optional({
    kind: texts,
    description: "Sentinels to ask for the master, as a JSON list of host:port.",
  }),
  REDIS_SENTINEL_MASTER: setting({
    kind: text,
    default: "mymaster",
    description: "The master's name among the sentinels.",
  }),
  REDIS_SENTINEL_PASSWORD: optional({
    kind: text,
    secret: true,
    description: "Password of the sentinels themselves.",
  }),
  REDIS_CLUSTER_NODES: optional({
    kind: texts,
    description:
      "Says that Redis is a cluster, and names nodes beside that of REDIS_URL, as a JSON list of host:port.",
  }),
  TRUSTED_PROXIES: setting({
    kind: texts,
    default: [],
    inProduction: ["127.0.0.0/8", "::1"],
    description: "Addresses and ranges (CIDR) of the proxies whose X-Forwarded headers count.",
  }),
  PUBLIC_ORIGIN: optional({
    kind: textOrTexts,
    description:
      "The origins (https://host[:port]) the server may be known by; requests for others are refused. Unset: any that the proxy says.",
  }),
  SMTP_URL: optional({
    kind: url("smtps", "smtp"),
    secret: true,
    inFile: false,
    description:
      "Mail server for invitations and the like, as smtps://<user>:<password>@<host>[:<port>], or smtp:// for STARTTLS; to a server on this machine smtp:// is without TLS. Needs MAIL_FROM and PUBLIC_ORIGIN. Unset: nothing is mailed.",
  }),
  MAIL_FROM: optional({
    kind: mailbox,
    description: 'Sender of what is mailed: "groups@example.org", or "Groups <groups@example.org>".',
  }),
  SESSION_SECRET: optional({
    kind: textOrTexts,
    secret: true,
    description:
      "Signs session cookies; at least 32 characters. A list: the first signs, all verify. Production only; otherwise one is made and kept in DATA_DIR.",
  }),
  SESSION_ENCRYPTION_KEYS: optional({
    kind: text,
    secret: true,
    inFile: false,
    description:
      "Keys that encrypt tokens where sessions are stored, as name=key&name=key. The first encrypts, all decrypt. Outside production one is made and kept in DATA_DIR when this is unset.",
  }),
  SESSION_COOKIE_DOMAIN: optional({
    kind: text,
    description: "Domain of the session cookie. Unset: this host only.",
  }),
  SESSION_COOKIE_NAME: setting({
    kind: text,
    default: "nextstrain.org-session",
    description:
      "Name of the session cookie. One that begins with __Host- keeps hosts beside this one from setting it; not together with SESSION_COOKIE_DOMAIN.",
  }),
  HSTS_MAX_AGE: setting({
    kind: wholeNumberFrom(0),
    default: 0,
    inProduction: 31_536_000,
    unit: "seconds",
    description:
      "For how long browsers come by https only (Strict-Transport-Security); 0 is off. Sent over https.",
  }),
  SESSION_MAX_AGE: setting({
    kind: wholeNumberFrom(1, 400 * 86400),
    default: 30 * 86400,
    unit: "seconds",
    description: "Idle time after which a session is forgotten.",
  }),
  SESSION_MAX_LIFETIME: optional({
    kind: wholeNumberFrom(1),
    unit: "seconds",
    description: "Time after which a login ends however much it is used. Unset: never.",
  }),
  OIDC_IDP_URL: optional({
    kind: web,
    description:
      "The identity provider; its metadata is fetched from /.well-known/openid-configuration below it.",
  }),
  OIDC_CONFIGURATION: optional({ kind: object, description: "Replaces the provider's metadata document." }),
  OIDC_ISSUER_URL: optional({ kind: text, description: "Overrides the metadata's issuer." }),
  OIDC_JWKS_URL: optional({ kind: web, description: "Overrides the metadata's jwks_uri." }),
  OAUTH2_AUTHORIZATION_URL: optional({
    kind: web,
    description: "Overrides the metadata's authorization_endpoint.",
  }),
  OAUTH2_TOKEN_URL: optional({ kind: web, description: "Overrides the metadata's token_endpoint." }),
  OAUTH2_LOGOUT_URL: optional({ kind: web, description: "Overrides the metadata's end_session_endpoint." }),
  OAUTH2_SCOPES_SUPPORTED: optional({
    kind: texts,
    description:
      "Overrides the metadata's scopes_supported; has to hold openid and profile. To ask for others, set OAUTH2_SCOPES.",
  }),
  OAUTH2_SCOPES: optional({
    kind: texts,
    description:
      "Scopes to ask for at logins, whatever the provider says it supports; has to hold openid. Unset: openid and profile, and email and offline_access unless scopes_supported lacks them.",
  }),
  OAUTH2_AUTHORIZATION_PARAMS: setting({
    kind: textByName,
    default: {},
    description: 'More parameters of the authorization request, such as {"prompt":"consent"}.',
  }),
  OAUTH2_CLIENT_ID: optional({
    kind: text,
    description: "Client id of this server at the provider (the app client).",
  }),
  OAUTH2_CLIENT_SECRET: optional({
    kind: text,
    secret: true,
    description: "Secret of the app client, if it has one.",
  }),
  OAUTH2_CLIENT_AUTH_METHOD: setting({
    kind: oneOf("auto", "client_secret_post", "client_secret_basic"),
    default: "auto",
    description:
      "How the app client sends its secret. auto: as the provider lists, in the form where it lists both, and in the other way when the provider answers invalid_client.",
  }),
  OAUTH2_CLI_CLIENT_ID: optional({
    kind: text,
    description:
      "Client id of the Nextstrain CLI at the provider; the only audience that Bearer tokens may have.",
  }),
  OAUTH2_CLI_CLIENT_REDIRECT_URIS: optional({
    kind: texts,
    description: "Redirect URIs registered for the CLI client, passed on to the CLI.",
  }),
  OIDC_USERNAME_CLAIM: optional({ kind: text, description: "Claim that holds the username." }),
  OIDC_SUBJECT_CLAIM: setting({
    kind: text,
    default: "sub",
    description:
      "Claim that says who somebody is, whatever they are called; the same in the id tokens of both clients.",
  }),
  OIDC_GROUPS_CLAIM: optional({
    kind: text,
    description:
      "Claim that names the role groups; a path such as realm_access.roles is understood. Not needed where owners give all roles here (MEMBERSHIPS).",
  }),
  ROLE_GROUPS: setting({
    kind: textsByName,
    default: {},
    description:
      'Role groups that a group of the provider stands for, by its name: {"APP-Measles-RW":["measles/editors"]}. Beside those that the claim names itself.',
  }),
  OIDC_USERINFO: setting({
    kind: oneOf("auto", "never"),
    default: "auto",
    description:
      "Whether the provider's userinfo endpoint is asked, at logins and renewals, for claims that an id token lacks.",
  }),
  OIDC_IAT_BACKDATED_BY: setting({
    kind: numberFrom(0),
    default: 0,
    unit: "seconds",
    description: "How far the provider dates the time of issue back.",
  }),
  OIDC_TIMEOUT: setting({
    kind: numberFrom(0.1, 300),
    default: 10,
    unit: "seconds",
    description:
      "Longest wait for an answer of the provider, but for renewals, which are waited for 60 s: their refresh token may be used up.",
  }),
  OIDC_START_TOLERANCE: setting({
    kind: numberFrom(0, 300),
    default: 5,
    unit: "seconds",
    description: "How far ahead of this server's clock a token's start (nbf, iat) may lie.",
  }),
  OIDC_END_TOLERANCE: setting({
    kind: numberFrom(0, 300),
    default: 0,
    unit: "seconds",
    description:
      "For how long a token is taken after its end (exp), at logins and as a Bearer token; sessions renew instead.",
  }),
  RENEWAL_TIMEOUT: setting({
    kind: numberFrom(0.1, 300),
    default: 10,
    unit: "seconds",
    description: "Longest time that a request waits for a session's tokens to be renewed.",
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type SettingName = keyof typeof settings;

export type Settings = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer T> ? T : never;
};

/**
 * Names the original server reads and this one does not need; configuration files that hold them keep
 * working. COGNITO_USER_POOL_ID is here until there is an adapter for it.
 */
export const ignoredNames: readonly string[] = [
  "RESOURCE_INDEX",
  "PLAUSIBLE_ANALYTICS_DOMAIN",
  "PLAUSIBLE_ANALYTICS_ENDPOINT",
  "COGNITO_USER_POOL_ID",
];
