import { beforeEach, describe, expect, test } from "vitest";
import { type Browser, browser } from "../../support/browser/browser.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { testServer } from "../../support/server/test-server.ts";
import { sessionId, username } from "../../support/sessions/sessions.ts";

const clock = manualClock(Math.floor(Date.now() / 1000));
const server = testServer({ clock });

const json = { Accept: "application/json" };
const tokenLifetime = 300;

/** Two people with the same username, which is different in each test. */
let count = 0;
let name: string;
beforeEach(() => {
  server.provider.clearFaults();
  name = `robin-${++count}`;
});
const subjectOf = (person: "elder" | "younger") => `${name}-the-${person}`;

const loggedIn = async (person: "elder" | "younger"): Promise<Browser> => {
  server.provider.setPerson({ sub: subjectOf(person), username: name, groups: [] });
  const visitor = browser(server);
  expect((await visitor.logIn()).status).toBe(302);
  return visitor;
};

/** The public ids of this caller's sessions. */
const idsSeenBy = async (visitor: Pick<RunningServer, "ask">, headers = {}): Promise<readonly string[]> => {
  const answer = await visitor.ask({ path: "/sessions", headers: { ...json, ...headers } });
  return (answer.json() as { sessions: { id: string }[] }).sessions.map(({ id }) => id);
};

const bearer = async (person: "elder" | "younger") => ({
  Authorization: `Bearer ${await server.provider.idToken({ sub: subjectOf(person), preferred_username: name })}`,
});

/** Removes from all stored sessions what version 0.1 did not write. */
const asVersion01 = async (): Promise<void> => {
  const personField = /"person":\{[^{}]*\},/;
  const records = [...(await server.stored.sessions())].filter(([, record]) => personField.test(record));
  expect(records.length).toBeGreaterThan(1);
  for (const [id, record] of records)
    await server.stored.overwriteSession(id, record.replace(personField, ""));
};

describe.each([
  ["in their browsers", async () => undefined],
  ["in browsers where version 0.1 logged them in", asVersion01],
])("two people with the same username, %s", (_, before) => {
  test("see only their own sessions", async () => {
    const [elder, again, younger] = [
      await loggedIn("elder"),
      await loggedIn("elder"),
      await loggedIn("younger"),
    ];
    await before();
    const listedIds = await Promise.all([elder, again, younger].map((visitor) => idsSeenBy(visitor)));
    expect(listedIds.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(listedIds[0]?.toSorted()).toEqual(listedIds[1]?.toSorted());
    expect(listedIds[0]).not.toContain(listedIds[2]?.[0]);
  });

  test.each(["/sessions", "/sessions?all=true"])(
    "end their own by DELETE %s, and not each other's",
    async (path) => {
      const [elder, again, younger] = [
        await loggedIn("elder"),
        await loggedIn("elder"),
        await loggedIn("younger"),
      ];
      await before();
      expect((await elder.ask({ method: "DELETE", path, headers: json })).status).toBe(204);
      expect([await username(again), await username(younger)]).toEqual([null, name]);
    },
  );

  test("cannot end each other's sessions, which are 404", async () => {
    const [elder, younger] = [await loggedIn("elder"), await loggedIn("younger")];
    await before();
    const [id = ""] = await idsSeenBy(younger);
    for (const path of [`/sessions/${id}`, `/sessions/${"0".repeat(32)}`]) {
      expect((await elder.ask({ method: "DELETE", path, headers: json })).status).toBe(404);
    }
    expect(await username(younger)).toBe(name);
  });

  test("can list and end their own with a Bearer token too", async () => {
    const [elder, younger] = [await loggedIn("elder"), await loggedIn("younger")];
    await before();
    const headers = await bearer("elder");
    expect(await idsSeenBy(server, headers)).toEqual(await idsSeenBy(elder));
    expect((await server.ask({ method: "DELETE", path: "/sessions", headers })).status).toBe(204);
    expect([await username(elder), await username(younger)]).toEqual([null, name]);
  });
});

test("the limit of a hundred sessions is per person, not per username", async () => {
  const younger = await loggedIn("younger");
  clock.pass(1);
  for (let n = 0; n < 100; n++) await loggedIn("elder");
  expect(await username(younger)).toBe(name);
});

test("a not-before mark, which is for a username, makes both sessions renew and logs out neither", async () => {
  const visitors = [await loggedIn("elder"), await loggedIn("younger")];
  clock.pass(1);
  await server.stored.setNotBefore(name, Math.ceil(clock.now()));
  clock.pass(6);
  expect(await Promise.all(visitors.map(username))).toEqual([name, name]);
});

describe("a session that version 0.1 began", () => {
  test("continues, and belongs to its owner under a new username after a renewal", async () => {
    const [one, two] = [await loggedIn("elder"), await loggedIn("elder")];
    await asVersion01();
    expect(await username(one)).toBe(name);
    server.provider.setPerson({ sub: subjectOf("elder"), username: `${name}-smith`, groups: [] });
    clock.pass(tokenLifetime + 1);
    for (const visitor of [one, two]) expect(await username(visitor)).toBe(`${name}-smith`);
    expect(await idsSeenBy(one)).toHaveLength(2);
    expect(sessionId(one)).not.toBe(sessionId(two));
  });
});
