import { describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

const whoami = async (...roleGroups: readonly string[]): Promise<unknown> => {
  const Authorization = await server.bearer("alice", ...roleGroups);
  return (
    await server.ask({ path: "/whoami", headers: { Accept: "application/json", Authorization } })
  ).json();
};

const roles = (name: string) => ({
  viewers: `${name}/viewers`,
  editors: `${name}/editors`,
  owners: `${name}/owners`,
});

const visible = (name: string, isPrivate: boolean) => ({ name, private: isPrivate });

describe("whoami in JSON", () => {
  test("of an anonymous caller", async () => {
    const answer = await server.ask({ path: "/whoami", headers: { Accept: "application/json" } });
    expect(answer.json()).toEqual({
      user: null,
      visibleGroups: [visible("blab", false), visible("MixedCase", false)],
      groupMemberships: [],
    });
  });

  test("of somebody with roles, flags and internal groups", async () => {
    expect(await whoami("blab/editors", "!flags/canary", "!internal/x")).toEqual({
      user: {
        username: "alice",
        groups: [{ name: "blab", isPublic: true, membershipRoles: roles("blab") }],
        authzRoles: ["blab/editors"],
        flags: ["canary"],
        cognitoGroups: ["blab/editors", "!flags/canary", "!internal/x"],
      },
      visibleGroups: [visible("blab", false), visible("MixedCase", false)],
      groupMemberships: [{ name: "blab", isPublic: true }],
    });
  });

  test("lists groups in the operator's order, and whether they are private", async () => {
    expect(await whoami("other/viewers", "test-private/owners")).toMatchObject({
      visibleGroups: [
        visible("blab", false),
        visible("test-private", true),
        visible("MixedCase", false),
        visible("other", true),
      ],
      groupMemberships: [
        { name: "test-private", isPublic: false },
        { name: "other", isPublic: false },
      ],
    });
  });

  test.each([
    ["a role that does not exist", "blab/kings", [{ name: "blab", isPublic: true }]],
    ["a group that does not exist", "unknown/owners", []],
    ["a group's name in another letter case", "MIXEDcase/viewers", [{ name: "MixedCase", isPublic: true }]],
    ["an internal entry", "!test-private/viewers", []],
    ["one role among deeper names", "other/team/x", [{ name: "other", isPublic: false }]],
  ])("interprets %s", async (_, entry, groupMemberships) => {
    expect(await whoami(entry)).toMatchObject({ groupMemberships });
    const { user } = (await whoami(entry)) as { user: { authzRoles: string[] } };
    expect(user.authzRoles).toEqual(entry.startsWith("!") ? [] : [entry]);
  });

  test("of a user without groups, or with a single string as the claim", async () => {
    expect(await whoami()).toMatchObject({
      user: { username: "alice", authzRoles: [] },
      groupMemberships: [],
    });
    const token = await server.provider.idToken({ preferred_username: "alice", groups: "blab/owners" });
    const headers = { Accept: "application/json", Authorization: `Bearer ${token}` };
    expect((await server.ask({ path: "/whoami", headers })).json()).toMatchObject({
      user: { authzRoles: ["blab/owners"] },
      groupMemberships: [{ name: "blab", isPublic: true }],
    });
  });

  test.each<[string, object]>([
    ["one text with names joined", { groups: "other/viewers,test-private/owners" }],
    [
      "an object of names",
      { groups: { "other/viewers": { "1": "lab.example" }, "test-private/owners": {} } },
    ],
    ["a list of objects", { groups: [{ name: "other/viewers" }, { name: "test-private/owners" }] }],
  ])("parses %s in the same way as access control", async (_, claims) => {
    const token = await server.provider.idToken({ preferred_username: "alice", ...claims });
    const ask = (path: string, Accept: string) =>
      server.ask({ path, headers: { Accept, Authorization: `Bearer ${token}` } });
    expect((await ask("/whoami", "application/json")).json()).toMatchObject({
      user: { authzRoles: ["other/viewers", "test-private/owners"] },
      groupMemberships: [{ name: "test-private" }, { name: "other" }],
    });
    for (const path of ["/groups/other", "/groups/test-private"]) {
      expect((await ask(path, "text/html")).status).toBe(200);
    }
  });

  test("is the same in a browser", async () => {
    const visitor = browser(server);
    server.provider.setPerson({ sub: "bob", username: "bob", groups: ["blab/viewers"] });
    await visitor.logIn();
    const answer = await visitor.ask({ path: "/whoami", headers: { Accept: "application/json" } });
    expect(answer.json()).toMatchObject({ user: { username: "bob" }, groupMemberships: [{ name: "blab" }] });
  });
});

describe("whoami in HTML", () => {
  test("has a login link for anonymous visitors, and a logout button and the groups for users", async () => {
    const visitor = browser(server);
    expect((await visitor.ask("/whoami")).text).toContain('href="/login');
    server.provider.setPerson({ sub: "bob", username: "bob <b>", groups: ["blab/viewers", "other/owners"] });
    await visitor.logIn();
    const { text } = await visitor.ask("/whoami");
    expect(text).toContain("bob &lt;b&gt;");
    expect(text).not.toContain("bob <b>");
    expect(text).toMatch(/href="\/groups\/blab"/);
    expect(text).toMatch(/href="\/groups\/other"/);
    expect(text).toContain("/logout");
  });
});

describe("the pages of a user without roles", () => {
  const textsFor = async (claims: object) => {
    const visitor = browser(server);
    server.provider.setPerson({ sub: "carol", username: "carol", groups: [], claims: { ...claims } });
    await visitor.logIn();
    return [(await visitor.ask("/whoami")).text, (await visitor.ask("/groups")).text];
  };

  test.each([
    [
      "that the claim is missing",
      { groups: undefined },
      "the claim groups is missing (setting OIDC_GROUPS_CLAIM)",
    ],
    ["what shape it has", { groups: 17 }, "the claim groups holds a number (setting OIDC_GROUPS_CLAIM)"],
    [
      "that its names are no groups here",
      { groups: ["Everyone", "it"] },
      "2 groups, such as “Everyone”, but in none",
    ],
    ["that its name is no group here", { groups: ["<b>"] }, "one group, such as “&lt;b&gt;”, but in none"],
  ])("explain to the operator %s", async (_, claims, words) => {
    for (const text of await textsFor(claims)) expect(text).toContain(words);
  });

  test("have no explanation when the claim is empty, or has a role here", async () => {
    for (const groups of [[], ["blab/viewers"]]) {
      for (const text of await textsFor({ groups })) expect(text).not.toContain("show this to the people");
    }
  });
});

describe("the discovery document", () => {
  const path = "/.well-known/openid-configuration";

  test("is the provider's, with the CLI's client configuration", async () => {
    const own = (await (await fetch(`${server.provider.issuer}${path}`)).json()) as object;
    const answer = await server.ask({ path, headers: { Accept: "*/*" } });
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
    expect(answer.json()).toEqual({
      ...own,
      nextstrain_cli_client_configuration: {
        client_id: "cli-client",
        application_type: "native",
        response_types: ["code"],
        grant_types: ["authorization_code"],
        redirect_uris: ["http://127.0.0.1/"],
        id_token_username_claim: "preferred_username",
        id_token_groups_claim: "groups",
        aws_cognito_user_pool_id: null,
      },
    });
    expect(answer.json()).toMatchObject({
      issuer: server.provider.issuer,
      jwks_uri: expect.any(String),
      authorization_endpoint: expect.any(String),
      token_endpoint: expect.any(String),
      end_session_endpoint: expect.any(String),
      scopes_supported: expect.arrayContaining(["openid", "profile"]),
    });
    expect(answer.text).not.toContain("app secret");
  });

  test("sets no cookie, even for a logged-in user", async () => {
    const visitor = browser(server);
    await visitor.logIn();
    expect((await visitor.ask(path)).cookies).toEqual([]);
  });
});
