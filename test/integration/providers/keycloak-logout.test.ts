import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../support/containers/free-port.ts";
import type { StartedKeycloak } from "../../support/containers/providers/keycloak.ts";
import { startKeycloak } from "../../support/containers/providers/keycloak.ts";
import type { KeycloakBrowser } from "../../support/keycloak/keycloak-browser.ts";
import { administer, keycloakBrowser, password } from "../../support/keycloak/keycloak-browser.ts";
import { keycloakPerson } from "../../support/keycloak/keycloak-person.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { sessionCookie, username } from "../../support/sessions/sessions.ts";

const secret = "a-secret-of-the-tests";
const people = ["ann", "ben", "cleo", "dora", "eve", "finn", "gus", "hana"];

/** A client that tells the server at this port of every logout. */
const client = (clientId: string, port: number) => ({
  clientId,
  secret,
  standardFlowEnabled: true,
  redirectUris: ["*"],
  attributes: {
    "post.logout.redirect.uris": "+",
    "backchannel.logout.url": `http://127.0.0.1:${port}/backchannel-logout`,
    "backchannel.logout.session.required": "true",
    "backchannel.logout.revoke.offline.tokens": "true",
  },
});

const realm = (ports: readonly [number, number]) => ({
  realm: "lab",
  enabled: true,
  sslRequired: "none",
  revokeRefreshToken: true,
  users: people.map((name) => keycloakPerson(name, password)),
  clients: [client("app-client", ports[0]), client("offline-client", ports[1])],
});

let keycloak: StartedKeycloak;
/** The second one asks for offline access. */
let [server, offline]: RunningServer[] = [];
beforeAll(async () => {
  const ports = [await freePort(), await freePort()] as const;
  keycloak = await startKeycloak({ realm: realm(ports) });
  const common = { OIDC_IDP_URL: keycloak.issuer, OAUTH2_CLIENT_SECRET: secret };
  const environment = {
    ...common,
    OAUTH2_CLIENT_ID: "app-client",
    OAUTH2_SCOPES: '["openid","profile","email"]',
  };
  server = await startServer({ port: ports[0], environment });
  offline = await startServer({
    port: ports[1],
    environment: { ...common, OAUTH2_CLIENT_ID: "offline-client" },
  });
});
afterAll(async () => {
  await server?.close();
  await offline?.close();
  await keycloak?.close();
});

const started = (which: RunningServer | undefined): RunningServer => {
  if (!which) throw new Error("The server did not start.");
  return which;
};

const logIn = async (visitor: KeycloakBrowser, name: string): Promise<KeycloakBrowser> => {
  const back = await visitor.logInAs(name);
  expect(back.status, JSON.stringify(server?.events)).toBe(302);
  expect(await username(visitor)).toBe(name);
  return visitor;
};
const loggedIn = (name: string, at = server) => logIn(keycloakBrowser(started(at)), name);

/** The same browser of the same person, which has lost our cookie, or kept a copy of it. */
const withCookie = (visitor: KeycloakBrowser, cookie?: string): KeycloakBrowser => {
  if (cookie === undefined) visitor.cookies.delete(sessionCookie);
  else visitor.cookies.set(sessionCookie, cookie);
  return visitor;
};
const cookieOf = (visitor: KeycloakBrowser): string => visitor.cookies.get(sessionCookie) ?? "";

const idOf = async (name: string): Promise<string | undefined> =>
  ((await administer(keycloak, "GET", `/users?username=${name}&exact=true`)) as { id: string }[])[0]?.id;

/** Keycloak's own sessions of somebody. */
const sessionsOf = async (name: string) =>
  (await administer(keycloak, "GET", `/users/${await idOf(name)}/sessions`)) as { id: string }[];

/** "Log out" on somebody's page in Keycloak's console. */
const logOutEverywhere = async (name: string) => {
  await administer(keycloak, "POST", `/users/${await idOf(name)}/logout`);
};

/** Makes somebody's sessions renew at their next request. */
const renew = async (name: string, at = server): Promise<void> => {
  await started(at).stored.setNotBefore(name, Math.ceil(Date.now() / 1000));
  // How long another instance's mark may go unnoticed.
  await delay(5100);
};

const json = { Accept: "application/json" };

test("a logout here revokes that login at Keycloak, and leaves the person's other browsers alone", async () => {
  const [one, other] = [await loggedIn("ann"), await loggedIn("ann")];
  const cookie = cookieOf(one);
  await one.ask({ method: "POST", path: "/logout" });
  await expect.poll(() => sessionsOf("ann"), { timeout: 5000 }).toHaveLength(1);
  expect(await username(withCookie(one, cookie))).toBeNull();
  expect(await username(other)).toBe("ann");
  expect(started(server).events.filter((event) => event.event === "background")).toEqual([]);
});

describe("an administrator who logs somebody out", () => {
  // Keycloak 26 sends one notice to each client, which names one of the sessions, however many there were.
  test("ends all of their sessions here, at once, and nobody else's", async () => {
    const theirs = [await loggedIn("ben"), await loggedIn("ben"), await loggedIn("ben")];
    const other = await loggedIn("ann");
    await logOutEverywhere("ben");
    expect(await Promise.all(theirs.map(username))).toEqual([null, null, null]);
    expect(await username(other)).toBe("ann");
  });

  // While Keycloak tells of it, it still renews; and what it renews at that very moment it may go on renewing for good,
  // although it lists no session any more. So each is asked about again once all is over, and its answer counts.
  test("has it asked again about those that are in use meanwhile", async () => {
    const theirs = await Promise.all(["cleo", "cleo", "cleo"].map((name) => loggedIn(name)));
    let isGoing = true;
    const using = theirs.map(async (visitor) => {
      while (isGoing) {
        await visitor.ask({ path: "/whoami", headers: json });
        await delay(20);
      }
    });
    await logOutEverywhere("cleo");
    await delay(500);
    isGoing = false;
    await Promise.all(using);
    await delay(6000);
    expect(await sessionsOf("cleo")).toEqual([]);
    const { events } = started(server);
    const eventsBefore = events.length;
    const names = await Promise.all(theirs.map(username));
    const renewed = events
      .slice(eventsBefore)
      .filter((event) => event.event === "renewal" && event.outcome === "done");
    expect(names).toContain(null);
    expect(renewed).toHaveLength(names.filter((name) => name === "cleo").length);
  });

  test("ends, with offline access, what was renewed before, at the next renewal", async () => {
    const visitor = await loggedIn("dora", offline);
    await delay(1500);
    await logOutEverywhere("dora");
    await renew("dora", offline);
    expect(await username(visitor)).toBeNull();
  });
});

describe("an administrator who ends one session of somebody's", () => {
  test("ends that one here, at once, and leaves their others alone", async () => {
    const one = await loggedIn("eve");
    const [session] = await sessionsOf("eve");
    const other = await loggedIn("eve");
    await administer(keycloak, "DELETE", `/sessions/${session?.id}`);
    expect(await username(one)).toBeNull();
    expect(await username(other)).toBe("eve");
    await delay(6000);
    expect(await username(other)).toBe("eve");
    expect(await sessionsOf("eve")).toHaveLength(1);
  });
});

describe("two logins in one browser, which are one session to Keycloak", () => {
  test("live on when the other one is ended here", async () => {
    const visitor = await loggedIn("finn");
    const former = cookieOf(visitor);
    await logIn(withCookie(visitor), "finn");
    expect(await sessionsOf("finn")).toHaveLength(1);
    expect((await visitor.ask({ method: "DELETE", path: "/sessions", headers: json })).status).toBe(204);
    await delay(1500);
    const latter = cookieOf(visitor);
    expect(await username(withCookie(visitor, former))).toBeNull();
    await renew("finn");
    expect(await username(withCookie(visitor, latter))).toBe("finn");
  });

  test("live on when one follows the other", async () => {
    const visitor = await loggedIn("gus");
    await logIn(visitor, "gus");
    await delay(1500);
    await renew("gus");
    expect(await username(visitor)).toBe("gus");
  });

  test("end at Keycloak with the last of them", async () => {
    const visitor = await loggedIn("hana");
    await logIn(withCookie(visitor), "hana");
    await visitor.ask({ method: "DELETE", path: "/sessions?all=true", headers: json });
    await expect.poll(() => sessionsOf("hana"), { timeout: 5000 }).toEqual([]);
  });
});
