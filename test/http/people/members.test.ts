import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { objectRecords } from "../../../src/adapters/records/object-records.ts";
import type { JsonObject } from "../../../src/domain/brand.ts";
import { dayOf } from "../../../src/domain/calendar-day.ts";
import type { RecordId, RecordKey } from "../../../src/domain/records/record.ts";
import { type Browser, browser } from "../../support/browser/browser.ts";
import { type ManualClock, manualClock } from "../../support/measuring/manual-clock.ts";
import type { Question } from "../../support/requests/http.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";

let clock: ManualClock;
let [here, elsewhere]: RunningServer[] = [];
beforeAll(async () => {
  clock = manualClock(Math.floor(Date.now() / 1000));
  const provider = await stubProvider({ now: clock.now });
  here = await startServer({ clock, provider });
  elsewhere = await startServer({ clock, provider, folder: here.folder });
});
afterAll(async () => {
  await elsewhere?.close();
  await here?.close();
  await here?.provider.close();
});

const server = () => here ?? expect.unreachable();
const json = { Accept: "application/json" };
const settings = "/groups/test-private/settings";
const memberAt = (role: string, username: string) =>
  `${settings}/roles/${role}/members/${encodeURIComponent(username)}`;

/** A caller like the CLI, whom the provider puts into these role groups. */
const caller =
  (username: string, ...roleGroups: string[]) =>
  async (question: Question, at: RunningServer = server()) =>
    at.ask({
      ...question,
      headers: {
        ...json,
        Authorization: await server().bearer(username, ...roleGroups),
        ...question.headers,
      },
    });

const owner = caller("olivia", "test-private/owners");
const put = (role: string, username: string, body?: object) =>
  owner({
    method: "PUT",
    path: memberAt(role, username),
    ...(body === undefined
      ? {}
      : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
const remove = (role: string, username: string) =>
  owner({ method: "DELETE", path: memberAt(role, username) });

const signIn = async (username: string, sub = username, ...groups: string[]): Promise<Browser> => {
  server().provider.setPerson({ sub, username, groups });
  const visitor = browser(server());
  await visitor.logIn();
  return visitor;
};

interface Listed {
  readonly username: string;
  readonly roles: readonly string[];
  readonly memberships: readonly object[];
  readonly lastSignIn?: string;
}

const listed = async (by = owner): Promise<readonly Listed[]> =>
  JSON.parse((await by({ path: `${settings}/members` })).text);

const entryOf = async (username: string) => (await listed()).find((one) => one.username === username);

const putRecord = async (at: RunningServer, key: RecordKey, value: JsonObject): Promise<void> => {
  const { store, root } = await at.stored.openRecords();
  await objectRecords(store, root).write(key, value, "any", new AbortController().signal);
  await store.close();
};

const status = async (question: Promise<{ readonly status: number }>) => (await question).status;

describe("a role that an owner gives", () => {
  test("acts on the next request here and within 5 seconds on another instance, for cookie and Bearer alike", async () => {
    const page = await signIn("erin");
    const pageElsewhere = browser(elsewhere ?? expect.unreachable());
    for (const [name, value] of page.cookies) pageElsewhere.cookies.set(name, value);
    const erin = caller("erin");
    const statuses = async () => [
      (await page.ask("/groups/test-private")).status,
      await status(erin({ path: "/groups/test-private" })),
      (await pageElsewhere.ask("/groups/test-private")).status,
      await status(erin({ path: "/groups/test-private" }, elsewhere)),
    ];
    expect(await statuses()).toEqual([403, 403, 403, 403]);
    expect((await put("editors", "erin")).status).toBe(204);
    expect((await statuses()).slice(0, 2)).toEqual([200, 200]);
    clock.pass(5);
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    expect((await remove("editors", "erin")).status).toBe(204);
    expect((await statuses()).slice(0, 2)).toEqual([403, 403]);
    clock.pass(5);
    expect(await statuses()).toEqual([403, 403, 403, 403]);
  });

  test("is that role and no other, which whoami tells", async () => {
    await put("viewers", "vera");
    const vera = caller("vera");
    expect(await status(vera({ path: "/groups/test-private" }))).toBe(200);
    expect(await status(vera({ method: "DELETE", path: "/groups/test-private/ncov" }))).toBe(403);
    const told = JSON.parse((await vera({ path: "/whoami" })).text);
    expect(told.user.authzRoles).toEqual(["test-private/viewers"]);
    expect(told.groupMemberships).toEqual([{ name: "test-private", isPublic: false }]);
  });

  test("ends with the last second of its day, without anybody doing anything", async () => {
    const today = dayOf(clock.now());
    expect((await put("viewers", "timo", { until: today })).status).toBe(204);
    const timo = caller("timo");
    expect(await status(timo({ path: "/groups/test-private" }))).toBe(200);
    expect(await entryOf("timo")).toMatchObject({
      memberships: [{ role: "viewers", from: "here", until: today }],
    });
    clock.pass(86_400);
    expect(await status(timo({ path: "/groups/test-private" }))).toBe(403);
    expect(await entryOf("timo")).toMatchObject({ roles: [], memberships: [{ state: "expired" }] });
  });

  test("waits for the first of that username, and is not the second's, of which owners are told", async () => {
    expect((await put("viewers", "nina")).status).toBe(204);
    const pending = await entryOf("nina");
    expect(pending).toMatchObject({
      roles: [],
      memberships: [{ role: "viewers", from: "here", addedBy: "olivia", state: "pending" }],
    });
    const first = await signIn("nina", "nina-1");
    expect((await first.ask("/groups/test-private")).status).toBe(200);
    expect(await entryOf("nina")).toMatchObject({
      roles: ["viewers"],
      memberships: [{ claimed: dayOf(clock.now()) }],
      lastSignIn: dayOf(clock.now()),
    });
    const second = await signIn("nina", "nina-2");
    expect((await second.ask("/groups/test-private")).status).toBe(403);
    expect((await first.ask("/groups/test-private")).status).toBe(200);
    await expect
      .poll(() => entryOf("nina"))
      .toMatchObject({ roles: [], memberships: [{ state: "refused" }] });
    expect((await put("viewers", "nina")).status).toBe(204);
    expect((await second.ask("/groups/test-private")).status).toBe(200);
    expect((await first.ask("/groups/test-private")).status).toBe(403);
  });

  test.each([
    [{ until: "2020-01-31" }, 400],
    [{ until: "31.1.2099" }, 400],
    [{ until: 20990131 }, 400],
    [{ until: null }, 204],
    [{}, 204],
  ])("is with the body %j answered by %i", async (body, expected) => {
    expect((await put("viewers", "bodo", body)).status).toBe(expected);
  });

  test.each([
    ["application/json", "{"],
    ["application/json", "[]"],
    ["text/plain", "{}"],
    ["application/json", JSON.stringify({ until: "x".repeat(70_000) })],
  ])("is refused with a body of %s that cannot be used", async (type, body) => {
    const sent = {
      method: "PUT",
      path: memberAt("viewers", "bodo"),
      headers: { "Content-Type": type },
      body,
    };
    expect((await owner(sent)).status).toBe(400);
  });

  test("is refused for an unknown role, and for a name that nobody can have", async () => {
    expect((await put("kings", "bodo")).status).toBe(404);
    expect((await put("viewers", " bodo")).status).toBe(400);
  });

  test("is of one group alone", async () => {
    await put("owners", "gus");
    const gus = caller("gus");
    expect(await status(gus({ path: "/groups/other" }))).toBe(403);
    expect(await status(gus({ path: `${settings}/members` }))).toBe(200);
  });
});

describe("whoever has been given a role", () => {
  test("has it after all sessions were lost, and has to log in again", async () => {
    await put("viewers", "lotte");
    const visitor = await signIn("lotte");
    expect((await visitor.ask("/groups/test-private")).status).toBe(200);
    await server().stored.loseSessions();
    expect((await visitor.ask("/groups/test-private")).status).toBe(302);
    await visitor.logIn();
    expect((await visitor.ask("/groups/test-private")).status).toBe(200);
  });
});

describe("the members in JSON", () => {
  test("come from all sources, with what only owners see for owners only", async () => {
    await put("viewers", "amy");
    await signIn("petra", "petra", "test-private/editors");
    await expect.poll(() => entryOf("petra")).toBeDefined();
    await put("owners", "petra");
    expect(await entryOf("petra")).toEqual({
      username: "petra",
      roles: ["editors", "owners"],
      memberships: [
        { role: "editors", from: "provider" },
        { role: "owners", from: "here", addedBy: "olivia" },
      ],
      lastSignIn: dayOf(clock.now()),
    });
    const seen = await listed(caller("vic", "test-private/viewers"));
    expect(seen.map(({ username }) => username)).not.toContain("amy");
    expect(seen.every((one) => one.lastSignIn === undefined)).toBe(true);
  });

  test("have those who come with the CLI only", async () => {
    await caller("cleo", "test-private/editors")({ path: "/whoami" });
    const lastSignIn = dayOf(clock.now());
    const provided = { role: "editors", from: "provider" };
    await expect.poll(() => entryOf("cleo")).toMatchObject({ memberships: [provided], lastSignIn });
  });

  test("say of one whether they hold a role", async () => {
    await put("editors", "hanna");
    await caller("hanna")({ path: "/whoami" });
    expect(await status(owner({ path: memberAt("editors", "hanna") }))).toBe(204);
    expect(await status(owner({ path: memberAt("viewers", "hanna") }))).toBe(404);
    expect(await status(owner({ path: memberAt("kings", "hanna") }))).toBe(404);
    const names = JSON.parse((await owner({ path: `${settings}/roles/editors/members` })).text);
    expect(names).toContainEqual({ username: "hanna" });
  });
});

describe("a role that is taken back", () => {
  test("may be taken back again, and nobody's who never had it", async () => {
    await put("viewers", "rob");
    expect([(await remove("viewers", "rob")).status, (await remove("viewers", "rob")).status]).toEqual([
      204, 204,
    ]);
    expect((await remove("editors", "never-there")).status).toBe(204);
  });

  test("is not one of the provider's, and the answer says from where", async () => {
    await signIn("paul", "paul", "test-private/editors");
    await expect.poll(() => entryOf("paul")).toBeDefined();
    const answer = await remove("editors", "paul");
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([
      409,
      "The role editors of paul comes from the identity provider's groups, and is taken back there.",
    ]);
  });

  test("is not the last owner's", async () => {
    const at = (path: string) => `/groups/other/settings/${path}`;
    const give = (by: ReturnType<typeof caller>, username: string) =>
      status(by({ method: "PUT", path: at(`roles/owners/members/${username}`) }));
    const leave = { method: "DELETE", path: at("members/me") };
    const [lone, second] = [caller("lone"), caller("second")];
    expect(await give(caller("fay", "other/owners"), "lone")).toBe(204);
    // The provider makes her an owner no more, and she comes once again.
    await caller("fay")({ path: "/whoami" });
    const fay = async () => JSON.parse((await lone({ path: at("roles/owners/members") })).text);
    await expect.poll(fay).toEqual([{ username: "lone" }]);
    const answer = await lone(leave);
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([
      409,
      expect.stringContaining("without an owner"),
    ]);
    expect(await give(lone, "second")).toBe(204);
    // Somebody who has never come does not count yet.
    expect(await status(lone(leave))).toBe(409);
    await second({ path: "/whoami" });
    expect(await status(lone(leave))).toBe(204);
    expect(await status(lone({ path: "/groups/other" }))).toBe(403);
  });
});

describe("a damaged record of memberships", () => {
  test("is an outage for whom it may concern, and for nobody else", async () => {
    const broken = await startServer({ clock });
    try {
      const at = async (username: string, path: string, ...groups: string[]) =>
        (
          await broken.ask({
            path,
            headers: { ...json, Authorization: await broken.bearer(username, ...groups) },
          })
        ).status;
      await putRecord(broken, { kind: "memberships", id: "other" as RecordId }, { schema: 9 });
      expect(await at("ann", "/groups/other")).toBe(503);
      expect(await at("ann", "/groups/absent")).toBe(503);
      expect(await at("ann", "/groups/other", "other/viewers")).toBe(200);
      expect(await at("ann", "/groups/blab")).toBe(200);
      expect(await at("ann", "/groups/blab/settings/roles", "blab/viewers")).toBe(200);
      expect(await at("ann", "/whoami")).toBe(200);
      const headers = { Authorization: await broken.bearer("ann") };
      const told = async (path: string, Accept: string) =>
        (await broken.ask({ path, headers: { ...headers, Accept } })).text;
      expect(JSON.parse(await told("/whoami", "application/json"))).toMatchObject({ isIncomplete: true });
      for (const path of ["/whoami", "/groups"]) {
        expect(await told(path, "text/html")).toContain("Not all of your roles can be read right now.");
      }
    } finally {
      await broken.close();
      await broken.provider.close();
    }
  });
});

describe("a server that keeps no memberships", () => {
  test("says who changes roles, and knows what the provider says", async () => {
    const strict = await startServer({ environment: { MEMBERSHIPS: "provider" } });
    try {
      const Authorization = await strict.bearer("olivia", "blab/owners");
      const path = "/groups/blab/settings/roles/editors/members/erin";
      const answer = await strict.ask({ method: "PUT", path, headers: { ...json, Authorization } });
      expect([answer.status, answer.text]).toEqual([503, expect.stringContaining("identity provider")]);
      const members = await strict.ask({
        path: "/groups/blab/settings/members",
        headers: { ...json, Authorization },
      });
      expect(JSON.parse(members.text)).toMatchObject([{ username: "olivia", roles: ["owners"] }]);
    } finally {
      await strict.close();
      await strict.provider.close();
    }
  });
});
