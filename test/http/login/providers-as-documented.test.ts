import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { documentedSettings } from "../../support/documentation/documented-providers.ts";
import type { ManualClock } from "../../support/measuring/manual-clock.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { username } from "../../support/sessions/sessions.ts";
import { cognito, olderCognito } from "../../support/stub-provider/dialects/cognito.ts";
import type { Dialect } from "../../support/stub-provider/dialects/dialect.ts";
import {
  dex,
  glewlwyd,
  google,
  hydra,
  lemonldap,
  okta,
  zitadel,
} from "../../support/stub-provider/dialects/dialects.ts";
import { entra, groupsOverage } from "../../support/stub-provider/dialects/entra.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";

interface Site {
  readonly server: RunningServer;
  readonly clock: ManualClock;
  close(): Promise<void>;
}

/** A server with the settings in the documentation, and a stub that behaves as the provider's documentation says. */
const open = async (name: string, dialect: Dialect, changed: Readonly<Record<string, string>> = {}) => {
  const clock = manualClock(Math.floor(Date.now() / 1000));
  const clients = { app: { id: "app-client", secret: "a-secret" }, cli: { id: "cli-client" } };
  const provider = await stubProvider({ dialect, clients, now: clock.now });
  const issuer = provider.issuer + new URL(dialect.issuer).pathname.replace(/^\/$/, "");
  const environment = {
    ...documentedSettings(name, { domain: "our-lab.auth.eu-west-1.amazoncognito.com" }),
    OIDC_IDP_URL: issuer,
    OAUTH2_CLIENT_ID: clients.app.id,
    OAUTH2_CLIENT_SECRET: clients.app.secret,
    OAUTH2_CLI_CLIENT_ID: clients.cli.id,
    ...changed,
  };
  const server = await startServer({ provider, clock, environment });
  const close = async () => {
    await server.close();
    await provider.close();
  };
  return { server, clock, close } satisfies Site;
};

const alice = { sub: "subject-of-alice", username: "alice@lab.example", groups: ["test-private/viewers"] };

const logIn = async ({ server }: Site, person = alice) => {
  server.provider.setPerson(person);
  const visitor = browser(server);
  expect((await visitor.logIn()).status).toBe(302);
  return visitor;
};

const privatePage = "/groups/test-private";

const logOut = async (visitor: Awaited<ReturnType<typeof logIn>>) => {
  const answer = await visitor.ask({ method: "POST", path: "/logout" });
  return new URL(answer.headers["location"] ?? "");
};

const formAction = async (visitor: Awaited<ReturnType<typeof logIn>>) => {
  const policy = String((await visitor.ask("/groups")).headers["content-security-policy"]).split("; ");
  return policy.find((part) => part.startsWith("form-action"))?.split(" ");
};

describe.each([
  ["Microsoft Entra ID", "Microsoft Entra ID", entra, {}],
  ["Amazon Cognito", "Amazon Cognito", cognito, { OAUTH2_LOGOUT_URL: "" }],
  ["a pool of Amazon Cognito that describes no logout", "Amazon Cognito", olderCognito, {}],
] as const)("with %s as it is documented", (_, name, dialect, changed) => {
  let site: Site;
  beforeAll(async () => {
    site = await open(name, dialect, changed);
  });
  afterAll(() => site.close());

  test("people log in, have the roles they have there, and stay logged in over renewals", async () => {
    const visitor = await logIn(site);
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await username(visitor)).toBe("alice@lab.example");
      expect((await visitor.ask(privatePage)).status).toBe(200);
      site.clock.pass(301);
    }
    expect(site.server.provider.state.tokenRequests.length).toBeGreaterThanOrEqual(3);
  });

  test("people in no group log in and have no roles", async () => {
    const visitor = await logIn(site, { ...alice, groups: [] });
    expect(await username(visitor)).toBe("alice@lab.example");
    expect((await visitor.ask(privatePage)).status).toBe(403);
  });

  test("the CLI's id tokens are Bearer tokens, and access tokens are none", async () => {
    const { server } = site;
    server.provider.setPerson(alice);
    const ask = async (claims: object) => {
      const Authorization = `Bearer ${await server.provider.idToken({ ...claims })}`;
      return server.ask({ path: "/whoami", headers: { Accept: "application/json", Authorization } });
    };
    expect((await ask({})).json()).toMatchObject({ user: { authzRoles: ["test-private/viewers"] } });
    const answer = await ask({ token_use: "access", aud: undefined, client_id: "cli", scope: "openid" });
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([
      401,
      expect.stringMatching(/^Bearer .*error="invalid_token"/),
    ]);
  });

  test("people see with the CLI's token where they are logged in with a browser", async () => {
    const visitor = await logIn(site, { ...alice, sub: "subject-of-anna", username: "anna@lab.example" });
    const headers = {
      Accept: "application/json",
      Authorization: `Bearer ${await site.server.provider.idToken()}`,
    };
    const listing = (await site.server.ask({ path: "/sessions", headers })).json();
    expect(listing).toEqual({ sessions: [expect.objectContaining({ current: false })] });
    const deletion = await site.server.ask({ method: "DELETE", path: "/sessions", headers });
    expect([deletion.status, await username(visitor)]).toEqual([204, null]);
  });

  test("a logout leads to its logout page, to which the pages' policy lets forms lead", async () => {
    const visitor = await logIn(site);
    const documented = String(
      (dialect === olderCognito ? cognito : dialect).metadata["end_session_endpoint"],
    );
    expect(await formAction(visitor)).toContain(new URL(documented).origin);
    for (const url of [await logOut(visitor), await logOut(browser(site.server))]) {
      expect(url.origin + url.pathname).toBe(documented);
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        client_id: site.server.environment["OAUTH2_CLIENT_ID"],
        logout_uri: site.server.origin,
        post_logout_redirect_uri: site.server.origin,
      });
    }
    expect(await username(visitor)).toBeNull();
  });

  test("a logout revokes the refresh token where there is an endpoint for it, and fails nowhere", async () => {
    const { state } = site.server.provider;
    const revokes = dialect.metadata["revocation_endpoint"] !== undefined;
    // Another person than in earlier tests, whose revocations may still be pending.
    const leaving = { ...alice, sub: "subject-of-leah" };
    const visitor = await logIn(site, leaving);
    expect(state.grants.countValid(leaving.sub)).toBe(1);
    await logOut(visitor);
    if (revokes) await vi.waitFor(() => expect(state.grants.countValid(leaving.sub)).toBe(0));
    else await delay(50);
    expect(state.calls.revocation > 0).toBe(revokes);
    expect(site.server.events.filter(({ event }) => event === "background")).toEqual([]);
  });
});

/** How these providers differ: whether they send groups, to the CLI too, and whether renewals work. */
const others = [
  { name: "Dex", dialect: dex, cliHasRoles: false },
  { name: "Glewlwyd", dialect: glewlwyd, renews: false },
  { name: "LemonLDAP::NG", dialect: lemonldap },
  { name: "Ory Hydra", dialect: hydra },
  { name: "Okta", dialect: okta },
  { name: "Google", dialect: google, hasRoles: false, cliHasRoles: false },
  { name: "Zitadel", dialect: zitadel },
] as const;

describe.each<{
  readonly name: string;
  readonly dialect: Dialect;
  readonly hasRoles?: boolean;
  readonly cliHasRoles?: boolean;
  readonly renews?: boolean;
}>(others)(
  "with $name as it is documented",
  ({ name, dialect, hasRoles = true, cliHasRoles = true, renews = true }) => {
    let site: Site;
    beforeAll(async () => {
      site = await open(name, dialect);
    });
    afterAll(() => site.close());

    test("the server is ready", async () => {
      expect((await site.server.ask({ path: "/readyz" })).status).toBe(200);
    });

    test(`people log in, have ${hasRoles ? "the roles" : "none of the roles"} they have there, over renewals too`, async () => {
      const visitor = await logIn(site);
      for (let turn = 0; turn < (renews ? 3 : 1); turn += 1) {
        expect(await username(visitor)).toBe("alice@lab.example");
        expect((await visitor.ask(privatePage)).status).toBe(hasRoles ? 200 : 403);
        site.clock.pass(301);
      }
      const signIn = site.server.events.findLast(({ event }) => event === "sign-in");
      expect(signIn).toMatchObject({ outcome: "done", roleGroups: hasRoles ? ["test-private/viewers"] : [] });
    });

    test("people in no group log in and have no roles", async () => {
      const visitor = await logIn(site, { ...alice, groups: [] });
      expect(await username(visitor)).toBe("alice@lab.example");
      expect((await visitor.ask(privatePage)).status).toBe(403);
    });

    test(`the CLI's id tokens ${cliHasRoles ? "have the roles" : "name the person, and have no roles"}`, async () => {
      const { server } = site;
      server.provider.setPerson(alice);
      const headers = {
        Accept: "application/json",
        Authorization: `Bearer ${await server.provider.idToken()}`,
      };
      expect((await server.ask({ path: "/whoami", headers })).json()).toMatchObject({
        user: { username: "alice@lab.example", authzRoles: cliHasRoles ? ["test-private/viewers"] : [] },
      });
    });

    test("a logout ends the session, and goes on to the provider's where it has one", async () => {
      const visitor = await logIn(site);
      const described = dialect.metadata["end_session_endpoint"];
      const { headers } = await visitor.ask({ method: "POST", path: "/logout" });
      expect(headers["location"]?.replace(/\?.*/, "")).toBe(described ?? "/");
      expect(await username(visitor)).toBeNull();
      if (dialect.metadata["revocation_endpoint"] === undefined) return;
      await vi.waitFor(() => expect(site.server.provider.state.revoked.length).toBeGreaterThan(0));
      expect(site.server.events.filter(({ event }) => event === "background")).toEqual([]);
    });
  },
);

describe("without what its row says", () => {
  test.each([
    ["Dex", dex, { OAUTH2_SCOPES: "" }, "the claim groups is missing"],
    [
      "LemonLDAP::NG",
      lemonldap,
      { OIDC_USERNAME_CLAIM: "sub", OIDC_USERINFO: "never" },
      "the claim groups is missing",
    ],
    ["Zitadel", zitadel, { OIDC_GROUPS_CLAIM: "groups" }, "the claim groups is missing"],
  ])("%s leaves people without roles, and the log says why", async (name, dialect, changed, groupsFault) => {
    const site = await open(name, dialect, changed);
    try {
      const visitor = await logIn(site);
      expect((await visitor.ask(privatePage)).status).toBe(403);
      expect(site.server.events.findLast(({ event }) => event === "sign-in")).toMatchObject({ groupsFault });
    } finally {
      await site.close();
    }
  });

  test("Google logs nobody in, and the log says what to set", async () => {
    const site = await open("Google", google, { OAUTH2_AUTHORIZATION_PARAMS: "" });
    try {
      site.server.provider.setPerson(alice);
      expect((await browser(site.server).logIn()).status).toBe(500);
      expect(site.server.events).toContainEqual({
        event: "sign-in",
        outcome: "refused",
        reason: expect.stringContaining("OAUTH2_AUTHORIZATION_PARAMS"),
      });
    } finally {
      await site.close();
    }
  });
});

describe("with Microsoft Entra ID that is to tell groups, and not app roles", () => {
  let site: Site;
  let extraClaims: object;
  const dialect: Dialect = { ...entra, claims: (...of) => ({ ...entra.claims(...of), ...extraClaims }) };
  beforeAll(async () => {
    site = await open("Microsoft Entra ID", dialect, { OIDC_GROUPS_CLAIM: "groups" });
  });
  afterAll(() => site.close());
  beforeEach(() => {
    site.server.events.length = 0;
  });

  const overageEvents = () => site.server.events.filter(({ event }) => event === "groups-elsewhere");

  test("ids of groups grant nothing", async () => {
    extraClaims = { roles: undefined, groups: ["0760b6cf-170e-4a14-91b3-4b78e0739963"] };
    const visitor = await logIn(site);
    expect((await visitor.ask(privatePage)).status).toBe(403);
    expect(overageEvents()).toEqual([]);
  });

  test("people in too many groups hold no roles, and the log tells why once for each of them", async () => {
    extraClaims = groupsOverage;
    const visitors = [
      await logIn(site),
      await logIn(site, { ...alice, sub: "bob", username: "bob@lab.example" }),
    ];
    for (let turn = 0; turn < 3; turn += 1) {
      for (const visitor of visitors) expect((await visitor.ask(privatePage)).status).toBe(403);
      const Authorization = `Bearer ${await site.server.provider.idToken({ jti: turn })}`;
      expect((await site.server.ask({ path: privatePage, headers: { Authorization } })).status).toBe(403);
      site.clock.pass(301);
    }
    const reason = expect.stringMatching(/no claim groups.*_claim_names.*more than 200 groups.*no roles/);
    expect(overageEvents()).toEqual([
      { event: "groups-elsewhere", username: "alice@lab.example", reason },
      { event: "groups-elsewhere", username: "bob@lab.example", reason },
    ]);
  });
});
