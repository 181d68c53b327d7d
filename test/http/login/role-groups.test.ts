import { describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { testServer } from "../../support/server/test-server.ts";

const mapping = {
  "APP-Measles-RW": ["test-private/editors"],
  "9f1c4e52-6a0b-4c1d-8a57-2d1f0c9b7e34": ["test-private/viewers", "other/owners"],
  Emptied: ["no-such-group/viewers", "no-such-group/owners"],
};

const server = testServer({ environment: { ROLE_GROUPS: JSON.stringify(mapping) } });

const dataset = {
  path: "/groups/test-private/measles",
  headers: { "Content-Type": "application/vnd.nextstrain.dataset.main+json" },
  body: '{"version":"v2","meta":{},"tree":{"name":"root"}}',
};

describe("with ROLE_GROUPS, somebody in the provider's group", () => {
  const statuses = async (...groups: readonly string[]) => {
    const Authorization = await server.bearer("alice", ...groups);
    const { path, headers, body } = dataset;
    const write = await server.ask({ method: "PUT", path, body, headers: { ...headers, Authorization } });
    const read = await server.ask({ path, headers: { Accept: "application/json", Authorization } });
    return [write.status, read.status];
  };

  test("that gives a role may do what the role may, and nobody else", async () => {
    expect(await statuses("APP-Measles-RW")).toEqual([204, 200]);
    expect(await statuses("9f1c4e52-6a0b-4c1d-8a57-2d1f0c9b7e34")).toEqual([403, 200]);
    expect(await statuses("app-measles-rw", "APP-Measles")).toEqual([403, 403]);
    expect(await statuses()).toEqual([403, 403]);
  });

  test("holds the roles that the claim names itself too", async () => {
    expect(await statuses("test-private/editors")).toEqual([204, 200]);
    const Authorization = await server.bearer("alice", "blab/viewers", "APP-Measles-RW");
    const answer = await server.ask({
      path: "/whoami",
      headers: { Accept: "application/json", Authorization },
    });
    expect(answer.json()).toMatchObject({
      user: {
        authzRoles: ["blab/viewers", "APP-Measles-RW", "test-private/editors"],
        cognitoGroups: ["blab/viewers", "APP-Measles-RW"],
      },
      groupMemberships: [{ name: "blab" }, { name: "test-private" }],
    });
  });

  test("that gives no role here is told of what the provider says, and of nothing that was added to it", async () => {
    const Authorization = await server.bearer("alice", "Emptied");
    const { text } = await server.ask({ path: "/whoami", headers: { Accept: "text/html", Authorization } });
    expect(text).toContain(
      "that you are in one group, such as “Emptied”, but in none that gives a role here",
    );
  });

  test("sees the group's page after a login, and the log says what was recognised", async () => {
    server.provider.setPerson({ sub: "bob", username: "bob", groups: ["APP-Measles-RW", "Everyone"] });
    const visitor = browser(server);
    await visitor.logIn();
    expect((await visitor.ask("/groups/test-private")).status).toBe(200);
    expect(server.events).toContainEqual(
      expect.objectContaining({
        event: "sign-in",
        username: "bob",
        roleGroups: ["test-private/editors"],
        ignoredGroups: ["Everyone"],
      }),
    );
  });
});
