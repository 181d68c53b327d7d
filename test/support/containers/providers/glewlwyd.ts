import { generateKeyPairSync } from "node:crypto";
import type { Container } from "../container.ts";
import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";
import type { Memberships } from "./openldap.ts";

export interface GlewlwydSettings {
  readonly people: Memberships;
  /** The same for all people. */
  readonly password: string;
  readonly clients: readonly {
    readonly client_id: string;
    /** Absent for a public client. */
    readonly client_secret?: string;
    readonly redirect_uri: readonly string[];
    readonly authorization_type: readonly ("code" | "refresh_token")[];
  }[];
  /** Of id tokens and access tokens, in seconds. */
  readonly tokenLifetime: number;
}

export interface StartedGlewlwyd extends Container {
  readonly origin: string;
  readonly issuer: string;
  setGroups(person: string, groups: readonly string[]): Promise<void>;
}

const folder = "/usr/lib/glewlwyd";

const configuration = (port: number): string => `
port = ${port}
bind_address = "127.0.0.1"
external_url = "http://127.0.0.1:${port}"
login_url = "login.html"
api_prefix = "api"
static_files_path = "/usr/share/glewlwyd/webapp/"
log_mode = "console"
log_level = "WARNING"
cookie_domain = "127.0.0.1"
cookie_secure = 0
session_key = "GLEWLWYD2_SESSION_ID"
admin_scope = "g_admin"
profile_scope = "g_profile"
user_module_path = "${folder}/user"
user_middleware_module_path = "${folder}/user_middleware"
client_module_path = "${folder}/client"
user_auth_scheme_module_path = "${folder}/scheme"
plugin_module_path = "${folder}/plugin"
hash_algorithm = "SHA512"
database = { type = "sqlite3", path = "/var/cache/glewlwyd/glewlwyd.db" };
static_files_mime_types = (
  { extension = ".html", mime_type = "text/html", compress = 0 },
  { extension = ".js", mime_type = "application/javascript", compress = 0 },
  { extension = ".css", mime_type = "text/css", compress = 0 },
  { extension = ".json", mime_type = "application/json", compress = 0 }
)
`;

/** As documented in docs/providers.md. */
const oidcPlugin = (issuer: string, tokenLifetime: number) => {
  const encoding = { publicKeyEncoding: { type: "spki", format: "pem" } as const };
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    ...encoding,
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const claim = (name: string, property: string) => ({
    name,
    "user-property": property,
    type: "string",
    mandatory: true,
  });
  return {
    iss: issuer,
    "jwt-type": "rsa",
    "jwt-key-size": "256",
    key: privateKey,
    cert: publicKey,
    "jwks-show": true,
    "access-token-duration": tokenLifetime,
    "refresh-token-duration": 2_592_000,
    "refresh-token-rolling": true,
    "code-duration": 600,
    "auth-type-code-enabled": true,
    "auth-type-refresh-enabled": true,
    "pkce-allowed": true,
    "introspection-revocation-allowed": true,
    "introspection-revocation-allow-target-client": true,
    "session-management-allowed": true,
    "session-cookie-name": "GLEWLWYD2_OIDC_SID",
    "session-cookie-expiration": 2_419_200,
    claims: [claim("preferred_username", "username"), claim("groups", "groups")],
  };
};

type Administer = (method: string, path: string, body?: object) => Promise<unknown>;

/** Logs in to Glewlwyd's API as its administrator. */
const administrator = async (origin: string): Promise<Administer> => {
  let cookie = "";
  const administer: Administer = async (method, path, body) => {
    const answer = await fetch(`${origin}/api${path}`, {
      method,
      headers: { "Content-Type": "application/json", Cookie: cookie },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Glewlwyd answered ${answer.status} to ${method} ${path}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  await administer("POST", "/auth", { username: "admin", password: "password" });
  return administer;
};

/** Defines the property `groups` of people. */
const addGroups = async (administer: Administer): Promise<void> => {
  const database = (await administer("GET", "/mod/user/database")) as {
    parameters: { "data-format": Record<string, object> };
  };
  database.parameters["data-format"]["groups"] = { multiple: true, read: true, write: true };
  await administer("PUT", "/mod/user/database", database);
  await administer("PUT", "/mod/user/database/reset");
};

const setUp = async (administer: Administer, issuer: string, settings: GlewlwydSettings): Promise<void> => {
  await addGroups(administer);
  const texts = { display_name: "Profile", description: "Your name and your groups" };
  const scope = { ...texts, name: "profile", password_required: true, password_max_age: 0, scheme: {} };
  await administer("POST", "/scope", scope);
  for (const [username, groups] of Object.entries(settings.people)) {
    const person = { username, password: settings.password, groups, enabled: true };
    await administer("POST", "/user", { ...person, scope: ["openid", "profile"] });
  }
  for (const client of settings.clients) {
    const confidential = client.client_secret !== undefined;
    const more = confidential
      ? { token_endpoint_auth_method: ["client_secret_post", "client_secret_basic"] }
      : {};
    const names = { name: client.client_id, enabled: true, scope: [] };
    await administer("POST", "/client", { ...client, ...names, ...more, confidential });
  }
  const parameters = oidcPlugin(issuer, settings.tokenLifetime);
  const plugin = { module: "oidc", name: "oidc", display_name: "OpenID Connect", order_rank: 0, parameters };
  await administer("POST", "/mod/plugin", plugin);
};

/** Starts Glewlwyd with these people, on 127.0.0.1. */
export const startGlewlwyd = async (settings: GlewlwydSettings): Promise<StartedGlewlwyd> => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const issuer = `${origin}/api/oidc`;
  const container = await startContainer({
    image: "glewlwyd",
    entrypoint: ["glewlwyd"],
    command: ["--config-file=/etc/lab.conf"],
    files: [{ path: "/etc/lab.conf", content: configuration(port) }],
    healthCheck: async () => {
      const answer = await fetch(`${origin}/config`, { signal: AbortSignal.timeout(2000) });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`Glewlwyd answers ${answer.status}.`);
    },
  });
  try {
    const administer = await administrator(origin);
    await setUp(administer, issuer, settings);
    const setGroups = async (person: string, groups: readonly string[]) => {
      const account = (await administer("GET", `/user/${person}`)) as object;
      await administer("PUT", `/user/${person}`, { ...account, groups });
    };
    return { ...container, origin, issuer, setGroups };
  } catch (error) {
    await container.close();
    throw error;
  }
};
