import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { browser } from "../support/browser.ts";
import type { ManualClock } from "../support/manual-clock.ts";
import { manualClock } from "../support/manual-clock.ts";
import type { RunningServer } from "../support/running-server.ts";
import { startServer } from "../support/running-server.ts";
import { username } from "../support/sessions.ts";
import { cognito, olderCognito } from "../support/stub-provider/cognito.ts";
import type { Dialect } from "../support/stub-provider/dialect.ts";
import { entra, groupsOverage } from "../support/stub-provider/entra.ts";
import { stubProvider } from "../support/stub-provider/stub-provider.ts";

const documentation = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");

type Example = Readonly<Record<string, string | readonly string[]>>;

/** The settings that our documentation has for a provider. */
const exampleFor = (provider: string): Example => {
  const example = documentation.split(`\n### ${provider}\n`)[1]?.split("```json\n")[1]?.split("```")[0];
  return JSON.parse(example ?? "") as Example;
};

interface Site {
  readonly server: RunningServer;
  readonly clock: ManualClock;
  close(): Promise<void>;
}

/** A server with the settings of the documentation, at a provider that speaks as its own documentation says. */
const open = async (name: string, dialect: Dialect, changed: Readonly<Record<string, string>> = {}) => {
  const clock = manualClock(Math.floor(Date.now() / 1000));
  const example = exampleFor(name);
  const clients = {
    app: { id: String(example["OAUTH2_CLIENT_ID"]), secret: "a-secret" },
    cli: { id: String(example["OAUTH2_CLI_CLIENT_ID"]) },
  };
  const provider = await stubProvider({ dialect, clients, now: clock.now });
  const texts = Object.entries(example).map(([setting, value]) => [
    setting,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const environment = { ...(Object.fromEntries(texts) as Record<string, string>), ...changed };
  environment["OIDC_IDP_URL"] = provider.issuer + new URL(environment["OIDC_IDP_URL"] ?? "").pathname;
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
    state.revoked.length = 0;
    await logOut(await logIn(site));
    if (revokes) await vi.waitFor(() => expect(state.revoked).toHaveLength(1));
    else await delay(50);
    expect(state.calls.revocation > 0).toBe(revokes);
    expect(site.server.events.filter(({ event }) => event === "background")).toEqual([]);
  });
});

describe("with Microsoft Entra ID that is to tell groups, and not app roles", () => {
  let site: Site;
  let told: object;
  const dialect: Dialect = { ...entra, claims: (...of) => ({ ...entra.claims(...of), ...told }) };
  beforeAll(async () => {
    site = await open("Microsoft Entra ID", dialect, { OIDC_GROUPS_CLAIM: "groups" });
  });
  afterAll(() => site.close());
  beforeEach(() => {
    site.server.events.length = 0;
  });

  const elsewhere = () => site.server.events.filter(({ event }) => event === "groups-elsewhere");

  test("ids of groups grant nothing", async () => {
    told = { roles: undefined, groups: ["0760b6cf-170e-4a14-91b3-4b78e0739963"] };
    const visitor = await logIn(site);
    expect((await visitor.ask(privatePage)).status).toBe(403);
    expect(elsewhere()).toEqual([]);
  });

  test("people in too many groups hold no roles, and the log tells why once for each of them", async () => {
    told = groupsOverage;
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
    expect(elsewhere()).toEqual([
      { event: "groups-elsewhere", username: "alice@lab.example", reason },
      { event: "groups-elsewhere", username: "bob@lab.example", reason },
    ]);
  });
});
