import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Browser, browser } from "../support/browser.ts";
import { freePort } from "../support/containers/free-port.ts";
import type { StartedKeycloak } from "../support/containers/keycloak.ts";
import { startKeycloak } from "../support/containers/keycloak.ts";
import type { RunningServer } from "../support/running-server.ts";
import { startServer } from "../support/running-server.ts";
import { sessionCookie, username } from "../support/sessions.ts";

const secret = "a-secret-of-the-tests";

/** A realm whose app client tells our server of every logout. */
const realm = (port: number) => ({
  realm: "lab",
  enabled: true,
  sslRequired: "none",
  revokeRefreshToken: true,
  users: ["ann", "ben"].map((name) => ({
    username: name,
    enabled: true,
    email: `${name}@lab.example`,
    firstName: name,
    lastName: "Lab",
    credentials: [{ type: "password", value: "a-password", temporary: false }],
  })),
  clients: [
    {
      clientId: "app-client",
      secret,
      standardFlowEnabled: true,
      redirectUris: ["*"],
      attributes: {
        "post.logout.redirect.uris": "+",
        "backchannel.logout.url": `http://127.0.0.1:${port}/backchannel-logout`,
        "backchannel.logout.session.required": "true",
        "backchannel.logout.revoke.offline.tokens": "true",
      },
    },
  ],
});

let keycloak: StartedKeycloak;
let server: RunningServer;
beforeAll(async () => {
  const port = await freePort();
  keycloak = await startKeycloak({ realm: realm(port) });
  server = await startServer({
    port,
    environment: {
      OIDC_IDP_URL: keycloak.issuer,
      OAUTH2_CLIENT_ID: "app-client",
      OAUTH2_CLIENT_SECRET: secret,
      // With offline_access, Keycloak's own session ends at the login, and there is nothing left to log out from.
      OAUTH2_SCOPES_SUPPORTED: '["openid","profile","email"]',
    },
  });
}, 180_000);
afterAll(async () => {
  await server?.close();
  await keycloak?.close();
});

/** Goes through Keycloak's own form. */
const loggedIn = async (name: string): Promise<Browser> => {
  const visitor = browser(server);
  const begun = await visitor.ask("/login");
  const form = await fetch(begun.headers["location"] ?? "");
  const action = /action="([^"]+)"/.exec(await form.text())?.[1]?.replaceAll("&amp;", "&") ?? "";
  const cookie = form.headers
    .getSetCookie()
    .map((text) => text.split(";")[0])
    .join("; ");
  const answer = await fetch(action, {
    method: "POST",
    redirect: "manual",
    headers: { Cookie: cookie },
    body: new URLSearchParams({ username: name, password: "a-password" }),
  });
  const back = await visitor.ask(`/logged-in${new URL(answer.headers.get("location") ?? "").search}`);
  expect(back.status, JSON.stringify(server.events)).toBe(302);
  expect(await username(visitor)).toBe(name);
  return visitor;
};

const administer = async (path: string, method: string): Promise<Response> => {
  const { username: who, password } = keycloak.admin;
  const answer = await fetch(`${keycloak.origin}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "password", client_id: "admin-cli", username: who, password }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return fetch(`${keycloak.origin}/admin/realms/lab${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
  });
};

test("a logout here revokes that login at Keycloak, and leaves the person's other browsers alone", async () => {
  const [one, other] = [await loggedIn("ann"), await loggedIn("ann")];
  const cookie = one.cookies.get(sessionCookie) ?? "";
  await one.ask({ method: "POST", path: "/logout" });
  await delay(1000);
  one.cookies.set(sessionCookie, cookie);
  expect(await username(one)).toBeNull();
  const [user] = (await (await administer("/users?username=ann", "GET")).json()) as { id: string }[];
  const left = (await (await administer(`/users/${user?.id}/sessions`, "GET")).json()) as unknown[];
  expect(left).toHaveLength(1);
  expect(await username(other)).toBe("ann");
  expect(server.events.filter((event) => event.event === "background")).toEqual([]);
});
