import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ManualClock } from "../../support/measuring/manual-clock.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import type { Question } from "../../support/requests/http.ts";
import { dataset, mainContent, putObjects } from "../../support/resources/stored-objects.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer, testGroups } from "../../support/server/running-server.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";

let clock: ManualClock;
let [here, elsewhere]: RunningServer[] = [];
const environment = { ADMINISTRATORS: '["ada"]', ADMINISTRATOR_GROUPS: '["it-staff"]' };
beforeAll(async () => {
  clock = manualClock(Math.floor(Date.now() / 1000));
  const provider = await stubProvider({ now: clock.now });
  here = await startServer({ clock, provider, environment });
  elsewhere = await startServer({ clock, provider, environment, folder: here.folder });
});
afterAll(async () => {
  await elsewhere?.close();
  await here?.close();
  await here?.provider.close();
});

const server = () => here ?? expect.unreachable();
const json = { Accept: "application/json" };

/** A caller like the CLI, whom the provider puts into these groups. */
const caller =
  (username: string, ...groups: string[]) =>
  async (question: Question, at: RunningServer = server()) => {
    const Authorization = await server().bearer(username, ...groups);
    return at.ask({ ...question, headers: { ...json, Authorization, ...question.headers } });
  };

const ada = caller("ada");
const anonymous = (question: Question, at: RunningServer = server()) =>
  at.ask({ ...question, headers: { ...json, ...question.headers } });

type Caller = typeof ada;

const send = (method: string, path: string, body: unknown, by: Caller = ada, at = server()) =>
  by({ method, path, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }, at);

const make = (name: string, owner = "olga", visibility = "private", by: Caller = ada) =>
  send("POST", "/admin/groups", { name, visibility, owner }, by);
const change = (name: string, body: unknown, by: Caller = ada) =>
  send("PATCH", `/admin/groups/${name}`, body, by);
const remove = (name: string, query = "", by: Caller = ada) =>
  by({ method: "DELETE", path: `/admin/groups/${name}${query}` });
const groupNamed = async (name: string) => JSON.parse((await ada({ path: `/admin/groups/${name}` })).text);
const errorOf = ({ text }: { readonly text: string }): string => JSON.parse(text).error;

const upload = (by: Caller, group: string, at?: RunningServer) =>
  by(
    {
      method: "PUT",
      path: `/groups/${group}/ncov`,
      headers: { "Content-Type": "application/vnd.nextstrain.dataset.main+json" },
      body: mainContent("a small one"),
    },
    at,
  );

describe("who administers", () => {
  const questions: readonly Question[] = [
    { path: "/admin/groups" },
    { method: "POST", path: "/admin/groups" },
    ...["blab", "unknown"].flatMap((name) => [
      { path: `/admin/groups/${name}` },
      { method: "POST", path: `/admin/groups/${name}` },
      { method: "PATCH", path: `/admin/groups/${name}` },
      { method: "DELETE", path: `/admin/groups/${name}` },
    ]),
  ];

  test.each(questions)(
    "is asked at %j: others get 401 or 403, whether there is such a group or not",
    async (question) => {
      expect((await anonymous(question)).status).toBe(401);
      const owner = await caller("olivia", "blab/owners")(question);
      expect([owner.status, errorOf(owner)]).toEqual([403, expect.stringContaining("ADMINISTRATORS")]);
      expect((await caller("bea", "it-staff")(question)).status).not.toBe(403);
    },
  );

  test("browsers without a login are sent to it", async () => {
    const answer = await anonymous({ path: "/admin/groups", headers: { Accept: "text/html" } });
    expect([answer.status, answer.headers.location]).toEqual([302, "/login?return_to=%2Fadmin%2Fgroups"]);
  });

  test("is the first person of a username, on every instance, and not the next", async () => {
    const first = async (at: RunningServer) => (await ada({ path: "/admin/groups" }, at)).status;
    expect(await first(server())).toBe(200);
    const token = await server().provider.idToken({ sub: "ada-2", preferred_username: "ada", groups: [] });
    const second = await server().ask({
      path: "/admin/groups",
      headers: { ...json, Authorization: `Bearer ${token}` },
    });
    expect([second.status, errorOf(second)]).toEqual([403, expect.stringContaining("another person")]);
    expect(await first(elsewhere ?? expect.unreachable())).toBe(200);
  });

  test("has no access to any group's data by it", async () => {
    expect((await ada({ path: "/groups/test-private" })).status).toBe(403);
    await make("only-admins");
    expect((await ada({ path: "/groups/only-admins" })).status).toBe(403);
    expect((await upload(ada, "only-admins")).status).toBe(403);
  });
});

describe("a group that is made", () => {
  test("is its owner's at once here, and within 5 seconds on another instance", async () => {
    const olga = caller("olga");
    const seen = async (at?: RunningServer) => (await olga({ path: "/groups/Measles" }, at)).status;
    expect([await seen(), await seen(elsewhere)]).toEqual([403, 403]);
    const made = await make("Measles");
    expect([made.status, JSON.parse(made.text), made.headers.location]).toEqual([
      201,
      { name: "Measles" },
      "/admin/groups/Measles",
    ]);
    expect(await seen()).toBe(200);
    expect((await upload(olga, "Measles")).status).toBe(204);
    clock.pass(5);
    expect(await seen(elsewhere)).toBe(200);
    expect((await anonymous({ path: "/groups/measles" }, elsewhere)).status).toBe(401);
    expect(await groupNamed("measles")).toEqual({
      name: "Measles",
      visibility: "private",
      archived: false,
      madeHere: true,
      owners: ["olga"],
      pendingOwners: [],
      datasets: 1,
      narratives: 0,
      bytes: expect.any(Number),
    });
  });

  test("is listed after the file's, by name", async () => {
    await make("a-first-one");
    const listed: { name: string; madeHere: boolean }[] = JSON.parse(
      (await ada({ path: "/admin/groups" })).text,
    );
    const names = listed.map(({ name }) => name);
    expect(names.slice(0, testGroups.length + 1)).toEqual([
      ...testGroups.map(({ name }) => name),
      "a-first-one",
    ]);
    const whoami = JSON.parse((await caller("olga")({ path: "/whoami" })).text);
    expect(whoami.groupMemberships).toContainEqual({ name: "a-first-one", isPublic: false });
  });

  test("is everybody's when it is public", async () => {
    await make("open-lab", "olga", "public");
    expect((await anonymous({ path: "/charon/getAvailable?prefix=groups/open-lab" })).status).toBe(200);
    expect((await anonymous({ path: "/groups" })).text).not.toContain("a-first-one");
  });

  test.each([
    [{ name: "no", visibility: "private", owner: "olga" }, 400],
    [{ name: "good-name", visibility: "secret", owner: "olga" }, 400],
    [{ name: "good-name", visibility: "private" }, 400],
    [{ name: "good-name", visibility: "private", owner: 7 }, 400],
    [{ name: 7, visibility: "private", owner: "olga" }, 400],
    [{ visibility: "private", owner: "olga" }, 400],
    [{ name: "BLAB", visibility: "private", owner: "olga" }, 409],
    [{ name: "measles", visibility: "private", owner: "olga" }, 409],
  ])("as %j is refused with %i", async (body, expected) => {
    const answer = await send("POST", "/admin/groups", body);
    expect([answer.status, errorOf(answer)]).toEqual([expected, expect.stringMatching(/\w.*\.$/)]);
  });

  test("cannot have a name under which the bucket holds anything", async () => {
    await putObjects(server(), { "OLD-lab/datasets/a.json": { type: dataset(), content: "{}" } });
    const answer = await make("old-LAB");
    expect([answer.status, errorOf(answer)]).toEqual([409, expect.stringContaining("OLD-lab")]);
  });

  test("is one, however many administrators make it at once on two instances", async () => {
    const bea = caller("bea", "it-staff");
    const body = { name: "raced", visibility: "private", owner: "olga" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, by) =>
        send("POST", "/admin/groups", body, by % 2 ? ada : bea, by % 3 ? server() : (elsewhere ?? server())),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      201,
      ...Array.from({ length: 19 }, () => 409),
    ]);
  });
});

describe("a group that is changed", () => {
  test("becomes public after what becomes visible was told and confirmed", async () => {
    await make("becoming-public");
    await upload(caller("olga"), "becoming-public");
    const asked = await change("becoming-public", { visibility: "public" });
    expect([asked.status, JSON.parse(asked.text)]).toMatchObject([
      409,
      { becomesVisible: { datasets: ["ncov"], narratives: [] } },
    ]);
    expect((await anonymous({ path: "/groups/becoming-public" })).status).toBe(401);
    expect((await change("becoming-public", { visibility: "public", confirm: true })).status).toBe(204);
    expect((await anonymous({ path: "/groups/becoming-public" })).status).toBe(200);
    expect((await change("becoming-public", { visibility: "private" })).status).toBe(204);
    expect((await anonymous({ path: "/groups/becoming-public" })).status).toBe(401);
  });

  test("is read only once it is archived, here at once and elsewhere within 5 seconds, until it is opened again", async () => {
    await make("to-archive");
    const olga = caller("olga");
    await upload(olga, "to-archive");
    await upload(olga, "to-archive", elsewhere);
    expect((await change("to-archive", { archived: true })).status).toBe(204);
    const refused = await upload(olga, "to-archive");
    expect([refused.status, errorOf(refused)]).toEqual([
      403,
      expect.stringContaining("This group is archived: "),
    ]);
    const member = "/groups/to-archive/settings/roles/viewers/members/vera";
    expect((await olga({ method: "PUT", path: member })).status).toBe(403);
    for (const path of [
      "/groups/to-archive",
      "/groups/to-archive/settings",
      "/groups/to-archive/settings/members",
    ]) {
      const page = await olga({ path, headers: { Accept: "text/html" } });
      expect([page.status, page.text]).toEqual([200, expect.stringContaining("This group is archived.")]);
      expect(page.text).not.toMatch(/Only owners|type="file"/);
    }
    clock.pass(5);
    expect((await upload(olga, "to-archive", elsewhere)).status).toBe(403);
    expect((await change("to-archive", { archived: false })).status).toBe(204);
    expect((await upload(olga, "to-archive")).status).toBe(204);
  });

  test("can be left while it is archived", async () => {
    await make("to-leave");
    const put = { method: "PUT", path: "/groups/to-leave/settings/roles/viewers/members/vera" };
    expect((await caller("olga")(put)).status).toBe(204);
    const vera = caller("vera");
    expect((await vera({ path: "/groups/to-leave" })).status).toBe(200);
    await change("to-leave", { archived: true });
    expect((await vera({ method: "DELETE", path: "/groups/to-leave/settings/members/me" })).status).toBe(204);
    expect((await vera({ path: "/groups/to-leave" })).status).toBe(403);
  });

  test("gets an owner if it has none, also if it is the file's", async () => {
    expect((await change("other", { owner: "otto" })).status).toBe(204);
    expect((await caller("otto")({ path: "/groups/other" })).status).toBe(200);
    expect(await groupNamed("other")).toMatchObject({ madeHere: false, pendingOwners: [] });
  });

  test.each([
    ["blab", { archived: true }, 409],
    ["blab", { visibility: "private" }, 409],
    ["unknown", { archived: true }, 404],
    ["unknown", { owner: "otto" }, 404],
    ["measles", { archived: "yes" }, 400],
    ["measles", { visibility: "x" }, 400],
    ["measles", { owner: 7 }, 400],
    ["measles", {}, 400],
    ["measles", { archived: true, owner: "otto" }, 400],
    ["measles", { name: "mumps" }, 400],
  ])("as %s by %j is refused with %i", async (name, body, expected) => {
    expect((await change(name, body)).status).toBe(expected);
  });
});

describe("a group that is deleted", () => {
  test("goes with its data only when that is said, for everybody, and its name is free", async () => {
    await make("to-delete");
    const olga = caller("olga");
    await upload(olga, "to-delete");
    expect((await remove("to-delete")).status).toBe(409);
    expect((await remove("to-delete", "?withData")).status).toBe(204);
    expect((await olga({ path: "/groups/to-delete" })).status).toBe(403);
    expect((await remove("to-delete")).status).toBe(404);
    clock.pass(5);
    expect((await olga({ path: "/groups/to-delete" }, elsewhere)).status).toBe(403);
    expect((await make("TO-delete", "bea")).status).toBe(201);
    expect((await olga({ path: "/groups/TO-delete" })).status).toBe(403);
  });

  test("is none of the file's, and none that is not there", async () => {
    const answer = await remove("blab", "?withData");
    expect([answer.status, errorOf(answer)]).toEqual([409, expect.stringContaining("GROUPS_DATA_FILE")]);
    expect((await remove("unknown")).status).toBe(404);
  });
});

test("every change is an audit event, and so is what was denied", async () => {
  const from = server().events.length;
  await make("audited");
  await change("audited", { archived: true });
  await change("audited", { archived: false });
  await change("audited", { visibility: "public", confirm: true });
  await change("audited", { visibility: "private" });
  await remove("audited");
  await remove("blab", "", caller("erin"));
  const events = server().events.slice(from);
  expect(events.filter(({ event }) => event.startsWith("access"))).toMatchObject(
    [
      "make-group",
      "appoint-owner",
      "archive-group",
      "reopen-group",
      "make-public",
      "make-private",
      "delete-group",
    ]
      .map((action) => ({ event: "access", action, group: "audited", username: "ada", subject: "ada" }))
      .concat({
        event: "access-denied",
        action: "delete-group",
        group: "blab",
        username: "erin",
        subject: "erin",
      }),
  );
});
