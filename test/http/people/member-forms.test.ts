import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { objectRecords } from "../../../src/adapters/records/object-records.ts";
import type { JsonObject } from "../../../src/domain/brand.ts";
import { dayOf, endOfDay } from "../../../src/domain/calendar-day.ts";
import type { RecordId } from "../../../src/domain/records/record.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import type { Question } from "../../support/requests/http.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { testServer } from "../../support/server/test-server.ts";

const clock = manualClock(Math.floor(Date.now() / 1000));
const server = testServer({ clock });
const settings = "/groups/test-private/settings";
const path = `${settings}/members`;
const html = { Accept: "text/html" };
const dayIn = (days: number) => dayOf(clock.now() + days * 86_400);

/** A caller like the CLI, whom the provider puts into these role groups. */
const caller =
  (username: string, ...roleGroups: string[]) =>
  async (question: Question, at: RunningServer = server) =>
    at.ask({
      ...question,
      headers: { ...question.headers, Authorization: await server.bearer(username, ...roleGroups) },
    });

const olivia = caller("olivia", "test-private/owners");

/** Submits a form as a browser without scripts does. */
const submit = (
  fields: Record<string, string>,
  { by = olivia, accept = "text/html", at = path }: { by?: typeof olivia; accept?: string; at?: string } = {},
) =>
  by({
    method: "POST",
    path: at,
    headers: { Accept: accept, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });

const give = (username: string, role: string, until = "") =>
  submit({ action: "grant", username, role, until });

const putMemberships = async (at: RunningServer, group: string, value: JsonObject): Promise<void> => {
  const { store, root } = await at.stored.openRecords();
  const key = { kind: "memberships", id: group as RecordId } as const;
  await objectRecords(store, root).write(key, value, "any", new AbortController().signal);
  await store.close();
};

/** The roles of somebody, with the state of those that do not count. */
const rolesOf = async (username: string) => {
  const { text } = await olivia({ path, headers: { Accept: "application/json" } });
  const all: { username: string; memberships: { role: string; until?: string; state?: string }[] }[] =
    JSON.parse(text);
  const found = all.find((one) => one.username === username)?.memberships ?? [];
  return found.map(({ role, until, state }) => [role, until, state].filter((part) => part !== undefined));
};

/** Somebody to whom a role is given, and who has come. */
const withRole = async (username: string, role: string) => {
  await give(username, role);
  const by = caller(username);
  await by({ path: "/whoami", headers: html });
  return by;
};

describe("the forms of the members' page", () => {
  test("give a role, and lead back to the page, which says so", async () => {
    const answer = await submit(
      { action: "grant", username: " amy ", role: "editors", until: dayIn(40) },
      { at: `${path}?q=a` },
    );
    expect([answer.status, answer.headers["location"]]).toEqual([303, `${path}?q=a&saved=amy`]);
    expect(await rolesOf("amy")).toEqual([["editors", dayIn(40), "pending"]]);
    const page = await olivia({ path: answer.headers["location"] ?? "", headers: html });
    expect(page.text).toContain("Saved. The role waits for amy to log in.");
    expect(page.text).toContain('id="member-amy-editors"');
  });

  test("put another role in place of one, or another last day", async () => {
    await withRole("erin", "editors");
    const change = { action: "change", username: "erin", held: "editors" };
    expect((await submit({ ...change, role: "viewers", until: dayIn(40) })).status).toBe(303);
    expect(await rolesOf("erin")).toEqual([["viewers", dayIn(40)]]);
    await submit({ ...change, held: "viewers", role: "viewers", until: "" });
    expect(await rolesOf("erin")).toEqual([["viewers"]]);
  });

  test("take a role back", async () => {
    const rob = await withRole("rob", "viewers");
    expect((await rob({ path: "/groups/test-private", headers: html })).status).toBe(200);
    expect((await submit({ action: "revoke", username: "rob", held: "viewers" })).status).toBe(303);
    expect((await rob({ path: "/groups/test-private", headers: html })).status).toBe(403);
  });

  test.each([
    [{ action: "grant", username: "bodo", role: "owners", until: "2020-02-03" }, 400, "is over"],
    [{ action: "grant", username: "x".repeat(201), role: "owners" }, 400, "A username has 1 to 200 bytes"],
    [{ action: "grant", username: "bodo", role: "kings" }, 404, "no such role"],
    [{ action: "change", username: "bodo", held: "editors", role: "owners" }, 409, "meanwhile"],
    [{ action: "crown", username: "bodo" }, 400, "no such action"],
  ] as const)("are refused with the reason and with what was typed: %j", async (fields, status, reason) => {
    const answer = await submit(fields);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain("Nothing was changed.");
    expect(answer.text).toContain(reason);
    if (fields.action === "grant") {
      expect(answer.text).toContain('id="new-member" name="panel" open');
      expect(answer.text).toContain(`name="username" value="${fields.username}"`);
    }
    expect(await rolesOf("bodo")).toEqual([]);
  });

  test("answer a script by 204, or by an error in JSON", async () => {
    const accept = "application/json";
    const given = await submit({ action: "grant", username: "carl", role: "viewers" }, { accept });
    expect([given.status, given.text]).toEqual([204, ""]);
    const refused = await submit({ action: "grant", username: "", role: "viewers" }, { accept });
    expect([refused.status, JSON.parse(refused.text).error]).toEqual([
      400,
      expect.stringContaining("username"),
    ]);
  });

  test("are for owners, whatever is in them, and not for strangers", async () => {
    const vic = await withRole("vic", "viewers");
    for (const action of ["grant", "change", "revoke"])
      expect(
        (await submit({ action, username: "vic", role: "owners", held: "viewers" }, { by: vic })).status,
      ).toBe(403);
    expect(await rolesOf("vic")).toEqual([["viewers"]]);
    expect((await submit({ action: "leave" }, { by: caller("stranger") })).status).toBe(403);
    const anonymous = { method: "POST", path, headers: { Accept: "application/json" } };
    expect((await server.ask(anonymous)).status).toBe(401);
    expect((await vic({ path, headers: html })).text).not.toContain('<details class="role-menu"');
  });

  test("are not taken as anything but a form", async () => {
    const question = {
      method: "POST",
      path,
      headers: { ...html, "Content-Type": "application/json" },
      body: "{}",
    };
    expect((await olivia(question)).status).toBe(400);
  });
});

describe("who gives up what was given here", () => {
  test("is asked first, and is out at once", async () => {
    const lea = await withRole("lea", "editors");
    const asked = await submit({ action: "leave" }, { by: lea });
    expect([asked.status, asked.text]).toEqual([200, expect.stringContaining("Leave test-private?")]);
    expect(await rolesOf("lea")).toEqual([["editors"]]);
    const left = await submit({ action: "leave", confirmed: "yes" }, { by: lea });
    expect([left.status, left.text]).toEqual([200, expect.stringContaining("You have left test-private")]);
    expect((await lea({ path, headers: html })).status).toBe(403);
  });

  test("is asked as an owner, too, and may go on as something else", async () => {
    const otto = await withRole("otto", "owners");
    const change = { action: "change", username: "otto", held: "owners", role: "editors" };
    const asked = await submit(change, { by: otto });
    expect(asked.text).toContain("Give up being an owner of test-private?");
    expect(asked.text).toContain("You become an editor.");
    expect(asked.text).toContain('<input type="hidden" name="held" value="owners">');
    const done = await submit({ ...change, confirmed: "yes" }, { by: otto });
    expect([done.status, done.headers["location"]]).toEqual([303, `${path}?saved=otto`]);
    expect(await rolesOf("otto")).toEqual([["editors"]]);
  });

  test("is not asked to extend the own role, nor to take another owner's", async () => {
    const olga = await withRole("olga", "owners");
    const own = { action: "change", username: "olga", held: "owners", role: "owners", until: dayIn(40) };
    expect((await submit(own, { by: olga })).status).toBe(303);
    await withRole("oscar", "owners");
    expect((await submit({ action: "revoke", username: "oscar", held: "owners" }, { by: olga })).status).toBe(
      303,
    );
  });

  test("is refused as the last owner, and told why", async () => {
    const group = "/groups/other/settings/members";
    const subject = { issuer: server.provider.issuer, subject: "sole" };
    const own = { username: "sole", role: "owners", addedBy: "root", addedAt: clock.now(), subject };
    await putMemberships(server, "other", { schema: 1, memberships: [own] });
    const owner = caller("sole");
    const answer = await submit({ action: "leave", confirmed: "yes" }, { by: owner, at: group });
    expect(answer.status).toBe(409);
    expect(answer.text).toContain("This would leave the group without an owner.");
  });
});

describe("owners", () => {
  test("are told on each page of the group what ends within 14 days, and others are not", async () => {
    const erna = await withRole("erna", "viewers");
    await submit({ action: "change", username: "erna", held: "viewers", role: "viewers", until: dayIn(14) });
    const pages = ["/groups/test-private", path, settings];
    const ends = async (by = olivia) => {
      const answers = await Promise.all(pages.map((page) => by({ path: page, headers: html })));
      return answers.map(
        ({ text }) => text.includes('id="ending"') && text.includes("<strong>erna</strong>"),
      );
    };
    expect(await ends()).toEqual([false, false, false]);
    clock.pass(endOfDay(dayIn(0)) - clock.now());
    expect(await ends()).toEqual([true, true, true]);
    expect(await ends(erna)).toEqual([false, false, false]);
    const { text } = await olivia({ path: "/groups/test-private", headers: html });
    expect(text).toContain(`href="${path}?q=erna#member-erna-viewers"`);
    clock.pass(14 * 86_400);
    expect(await ends()).toEqual([false, false, false]);
  });
});

describe("the page during an outage of the records", () => {
  test("says so, and that nothing is lost, and the operator reads why", async () => {
    const broken = await startServer();
    try {
      await putMemberships(broken, "test-private", { schema: 9 });
      const Authorization = await broken.bearer("olivia", "test-private/owners");
      const at = (page: string) => broken.ask({ path: page, headers: { ...html, Authorization } });
      const answer = await at(path);
      expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
      expect(answer.text).toContain("Nothing is lost");
      expect(answer.text).toContain("The test-private group");
      const told = broken.events.filter(({ event }) => event === "request-failed");
      expect(JSON.stringify(told.map((event) => String("cause" in event && event.cause)))).toContain(
        "memberships/test-private",
      );
      expect((await at("/groups/test-private")).status).toBe(200);
    } finally {
      await broken.close();
    }
  });
});

describe("a server that keeps no memberships", () => {
  let strict: RunningServer;
  beforeAll(async () => {
    strict = await startServer({ environment: { MEMBERSHIPS: "provider", CONTACT: "it@lakeside.example" } });
  });
  afterAll(async () => {
    await strict.close();
    await strict.provider.close();
  });
  const contact = 'href="mailto:it@lakeside.example"';

  test("says on the page who changes roles, and has no forms", async () => {
    const Authorization = await strict.bearer("olivia", "blab/owners");
    const { text } = await strict.ask({
      path: "/groups/blab/settings/members",
      headers: { ...html, Authorization },
    });
    expect(text).toContain("Roles are changed at the identity provider, by the people who run it: ask");
    expect(text).toContain(contact);
    expect(text).not.toContain('<form method="post" action="/groups');
  });

  test.each(["/groups/test-private", "/groups", "/whoami"])(
    "sends nobody to owners, who cannot help: %s",
    async (page) => {
      const Authorization = await strict.bearer("erin");
      const { text } = await strict.ask({ path: page, headers: { ...html, Authorization } });
      expect(text).toContain("at the identity provider, by the people who run it");
      expect(text).toContain(contact);
      expect(text).not.toMatch(/owner|Ask for access/);
    },
  );

  test("sends no visitor to them, either", async () => {
    const { text } = await strict.ask({ path: "/groups", headers: html });
    expect(text).toContain("To get a group of your own, or to join one, ask");
    expect(text).not.toContain("owner");
  });
});
