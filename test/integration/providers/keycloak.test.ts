import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runningProviderContract } from "../../contract/identity-provider/running-provider.contract.ts";
import type { StartedKeycloak } from "../../support/containers/providers/keycloak.ts";
import { startKeycloak } from "../../support/containers/providers/keycloak.ts";
import { documentedSettings } from "../../support/documentation/documented-providers.ts";
import type { KeycloakBrowser } from "../../support/keycloak/keycloak-browser.ts";
import {
  administer,
  commandLineToken,
  keycloakBrowser,
  password,
} from "../../support/keycloak/keycloak-browser.ts";
import { keycloakPerson } from "../../support/keycloak/keycloak-person.ts";
import { secondsUntil } from "../../support/requests/outage.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { approveByForm } from "../../support/sessions/provider-browser.ts";
import { sessionCookie, username } from "../../support/sessions/sessions.ts";

const secret = "a-secret-of-the-tests";
/** In seconds; Keycloak gives id tokens the life of access tokens. */
const tokenLifetime = 3;
const privatePage = "/groups/test-private";
const settings = "/groups/test-private/settings/roles";

const mapper = (name: string, protocolMapper: string, config: object) => ({
  name,
  protocol: "openid-connect",
  protocolMapper,
  config: { "id.token.claim": "true", "access.token.claim": "false", ...config },
});

/** Role groups by their full paths, with a slash in front, and the same as roles in a nested claim. */
const mappers = [
  mapper("groups", "oidc-group-membership-mapper", { "claim.name": "groups", "full.path": "true" }),
  mapper("roles", "oidc-usermodel-realm-role-mapper", {
    "claim.name": "realm_access.roles",
    multivalued: "true",
    "jsonType.label": "String",
  }),
];

const person = (name: string, more: object = {}) => keycloakPerson(name, password, more);

const realm = {
  realm: "lab",
  enabled: true,
  sslRequired: "none",
  revokeRefreshToken: true,
  refreshTokenMaxReuse: 0,
  accessTokenLifespan: tokenLifetime,
  roles: { realm: [{ name: "test-private/viewers" }] },
  groups: [{ name: "test-private", subGroups: [{ name: "viewers" }, { name: "owners" }] }],
  users: [
    person("vera", { groups: ["/test-private/viewers"] }),
    person("olga", { groups: ["/test-private/owners"] }),
    person("rosa", { realmRoles: ["offline_access", "test-private/viewers"] }),
    person("nora"),
    person("lena"),
  ],
  clients: [
    {
      clientId: "app-client",
      secret,
      redirectUris: ["http://127.0.0.1:*", "*"],
      attributes: { "post.logout.redirect.uris": "+" },
      protocolMappers: mappers,
    },
    {
      clientId: "cli-client",
      publicClient: true,
      redirectUris: ["http://127.0.0.1/*"],
      attributes: { "pkce.code.challenge.method": "S256" },
      protocolMappers: mappers,
    },
  ],
};

let keycloak: StartedKeycloak;
const servers: RunningServer[] = [];

type Row = "Keycloak, groups" | "Keycloak, realm roles";

const environmentOf = (row: Row) => ({
  ...documentedSettings(row),
  OIDC_IDP_URL: keycloak.issuer,
  OAUTH2_CLIENT_ID: "app-client",
  OAUTH2_CLIENT_SECRET: secret,
  OAUTH2_CLI_CLIENT_ID: "cli-client",
});

const serverOf = async (row: Row): Promise<RunningServer> => {
  const server = await startServer({ environment: environmentOf(row) });
  servers.push(server);
  return server;
};

let server: RunningServer;
beforeAll(async () => {
  keycloak = await startKeycloak({ realm });
  server = await serverOf("Keycloak, groups");
});
afterAll(async () => {
  await Promise.all(servers.map((each) => each.close()));
  await keycloak?.close();
});

const underContract = () => {
  const redirectUri = "http://127.0.0.1:9999/";
  const commandLine = { issuer: keycloak.issuer, id: "cli-client", redirectUri, scope: "openid profile" };
  const environment = environmentOf("Keycloak, groups");
  return { lab: { environment, commandLine, tokenLifetime, approve: approveByForm }, origin: server.origin };
};
runningProviderContract("Keycloak", underContract, { renewsIdTokens: true, saysWhy: true });

const loggedIn = async (name: string, at: RunningServer = server): Promise<KeycloakBrowser> => {
  const visitor = keycloakBrowser(at);
  const finished = await visitor.logInAs(name, `/login?return_to=${encodeURIComponent(privatePage)}`);
  expect([finished.status, finished.headers["location"]]).toEqual([302, privatePage]);
  return visitor;
};

const statuses = async (visitor: KeycloakBrowser, paths: readonly string[]): Promise<number[]> =>
  (await Promise.all(paths.map((path) => visitor.ask(path)))).map(({ status }) => status);

test.each([
  ["vera", 200, "a viewer by a group's full path"],
  ["olga", 200, "an owner by a group's full path"],
  ["nora", 403, "nobody's member"],
])("Keycloak's form logs %s in, and the group answers %i to %s", async (name, status) => {
  const visitor = await loggedIn(name);
  expect(await username(visitor)).toBe(name);
  expect(await statuses(visitor, [privatePage, settings])).toEqual([status, status]);
});

test("roles may come from a nested claim", async () => {
  const nested = await serverOf("Keycloak, realm roles");
  expect(await statuses(await loggedIn("rosa", nested), [privatePage])).toEqual([200]);
  expect(await statuses(await loggedIn("vera", nested), [privatePage])).toEqual([403]);
});

test("the command line's token counts, the browser client's does not matter to it", async () => {
  const ask = async (name: string) => {
    const headers = { Authorization: `Bearer ${await commandLineToken(keycloak, name)}` };
    return (await server.ask({ path: settings, headers })).status;
  };
  expect([await ask("vera"), await ask("nora")]).toEqual([200, 403]);
});

test("an expired id token is renewed by many requests at once, with refresh tokens of single use", async () => {
  const visitor = await loggedIn("vera");
  for (let round = 0; round < 3; round++) {
    await delay((tokenLifetime + 0.2) * 1000);
    const paths = Array.from({ length: 10 }, () => settings);
    expect(await statuses(visitor, paths)).toEqual(paths.map(() => 200));
  }
  const renewed = server.events.filter((event) => event.event === "renewal");
  expect(renewed.map(({ outcome }) => outcome)).toEqual(renewed.map(() => "done"));
  expect(renewed.length).toBeGreaterThanOrEqual(3);
});

test("a renewal brings the groups that somebody has by then", async () => {
  const visitor = await loggedIn("olga");
  expect(await statuses(visitor, [settings])).toEqual([200]);
  const [user] = (await administer(keycloak, "GET", "/users?username=olga")) as { id: string }[];
  const [group] = (await administer(keycloak, "GET", `/users/${user?.id}/groups`)) as { id: string }[];
  await administer(keycloak, "DELETE", `/users/${user?.id}/groups/${group?.id}`);
  await delay((tokenLifetime + 0.2) * 1000);
  expect(await statuses(visitor, [settings])).toEqual([403]);
});

test("a new signing key at Keycloak logs nobody out", async () => {
  const visitor = await loggedIn("vera");
  const key = { priority: ["200"], enabled: ["true"], active: ["true"], algorithm: ["RS256"] };
  await administer(keycloak, "POST", "/components", {
    name: "a new key",
    providerId: "rsa-generated",
    providerType: "org.keycloak.keys.KeyProvider",
    config: { ...key, keySize: ["2048"] },
  });
  expect(await statuses(visitor, [settings])).toEqual([200]);
  await delay((tokenLifetime + 0.2) * 1000);
  expect(await statuses(visitor, [settings, settings, settings])).toEqual([200, 200, 200]);
  expect(await username(await loggedIn("nora"))).toBe("nora");
});

test("a logout ends the session here and the login at Keycloak, which sends the browser back", async () => {
  const visitor = await loggedIn("lena");
  const [user] = (await administer(keycloak, "GET", "/users?username=lena")) as { id: string }[];
  const [client] = (await administer(keycloak, "GET", "/clients?clientId=app-client")) as { id: string }[];
  const logins = async () =>
    (await administer(keycloak, "GET", `/users/${user?.id}/offline-sessions/${client?.id}`)) as unknown[];
  expect(await logins()).toHaveLength(1);
  const cookie = visitor.cookies.get(sessionCookie) ?? "";
  const out = await visitor.ask({ method: "POST", path: "/logout" });
  expect(out.headers["location"]).toContain(`${keycloak.issuer}/protocol/openid-connect/logout?`);
  const back = await visitor.visit(out.headers["location"] ?? "");
  expect([back.status, back.headers.get("location")]).toEqual([302, server.origin]);
  visitor.cookies.set(sessionCookie, cookie);
  expect(await username(visitor)).toBeNull();
  await expect.poll(logins, { timeout: 5000 }).toEqual([]);
});

test("while Keycloak is away the server starts, keeps everybody logged in, and goes on when it is back", async () => {
  const visitor = await loggedIn("vera");
  await keycloak.stop();
  const late = await serverOf("Keycloak, groups");
  expect((await late.ask({ path: "/groups/blab" })).status).toBe(200);
  expect((await late.ask({ path: "/login" })).status).toBe(503);
  const ready = await late.ask({ path: "/readyz" });
  expect([ready.status, ready.text]).toEqual([503, expect.stringContaining("identity provider")]);
  await delay((tokenLifetime + 0.2) * 1000);
  expect(await statuses(visitor, [settings, "/groups/blab", "/whoami"])).toEqual([503, 200, 503]);
  await keycloak.start();
  const isServed = async () => (await visitor.ask(settings)).status === 200;
  // A second after the last failure, and what a Keycloak takes that has only just started.
  expect(await secondsUntil(isServed, 15)).toBeLessThan(15);
  expect(await username(await loggedIn("nora", late))).toBe("nora");
  expect((await late.ask({ path: "/readyz" })).status).toBe(200);
});
