import { describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

const isLoggedIn = async (who: ReturnType<typeof browser>): Promise<unknown> =>
  ((await who.ask({ path: "/whoami", headers: { Accept: "application/json" } })).json() as { user: unknown })
    .user;

describe("a login in a browser", () => {
  test("returns to the page where it began, with a session", async () => {
    const alice = browser(server);
    server.provider.setPerson({ sub: "alice", username: "alice", groups: ["test-private/viewers"] });
    const refused = await alice.ask("/groups/test-private?x=1");
    expect(refused.status).toBe(302);
    expect(refused.cookies).toEqual([]);
    const finished = await alice.logIn(refused.headers["location"]);
    expect([finished.status, finished.headers["location"]]).toEqual([302, "/groups/test-private?x=1"]);
    expect(await isLoggedIn(alice)).toMatchObject({ username: "alice" });
    expect((await alice.ask("/groups/test-private?x=1")).status).toBe(200);
  });
});
