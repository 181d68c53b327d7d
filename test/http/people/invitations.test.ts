import { describe, expect, test } from "vitest";
import { dayOf } from "../../../src/domain/calendar-day.ts";
import { browser } from "../../support/browser/browser.ts";
import { startServer } from "../../support/server/running-server.ts";
import { formPost, jsonPost, peopleSite, settings } from "./people-site.ts";

const site = peopleSite();
const invitations = `${settings}/invitations`;
const owner = site.caller("olivia", "test-private/owners");
const inDays = (days: number) => dayOf(site.clock.now() + days * 86_400);

interface Made {
  readonly id: string;
  readonly url: string;
  /** Of the url. */
  readonly path: string;
}

const invite = async (body: object = { role: "editors" }, by = owner): Promise<Made> => {
  const answer = await by(jsonPost(invitations, body));
  expect(answer.status).toBe(201);
  const made = JSON.parse(answer.text);
  return { ...made, path: new URL(made.url).pathname };
};

const listed = async (by = owner) => JSON.parse((await by({ path: invitations })).text).invitations;

const status = async (question: Promise<{ readonly status: number }>) => (await question).status;

describe("the invitations of a group", () => {
  test("are made, listed without their secret, and withdrawn again and again", async () => {
    const said = { role: "viewers", note: "Hello", until: inDays(60), expires: inDays(3) };
    const { id, url } = await invite(said);
    expect(url).toMatch(new RegExp(`^${site.here.origin}/invitations/[a-z2-7]{26}$`));
    const found = { id, ...said, createdBy: "olivia", createdAt: expect.stringMatching(/Z$/), state: "open" };
    expect(await listed()).toEqual([found]);
    expect(await status(owner({ method: "DELETE", path: `${invitations}/${id}` }))).toBe(204);
    expect(await status(owner({ method: "DELETE", path: `${invitations}/${id}` }))).toBe(204);
    expect(await listed()).toEqual([]);
  });

  test.each([
    [{}, 400],
    [{ role: "kings" }, 400],
    [{ role: 7 }, 400],
    [{ role: "viewers", note: "x".repeat(501) }, 400],
    [{ role: "viewers", until: "2020-01-31" }, 400],
    [{ role: "viewers", expires: "2020-01-31" }, 400],
    [{ role: "viewers", expires: "2099-01-31" }, 400],
    [{ role: "viewers", note: null, until: null, expires: null }, 201],
  ])("are answered with the body %j by %i", async (body, expected) => {
    expect(await status(owner(jsonPost(invitations, body)))).toBe(expected);
  });

  test("are for owners, whom the log names", async () => {
    const { id } = await invite();
    for (const by of [site.caller("edda", "test-private/editors"), site.caller("oda")]) {
      expect(await status(by({ path: invitations }))).toBe(403);
      expect(await status(by(jsonPost(invitations, { role: 7 })))).toBe(403);
      expect(await status(by({ method: "DELETE", path: `${invitations}/${id}` }))).toBe(403);
      expect(await status(by(formPost(`${invitations}/${id}`, { action: "withdraw" })))).toBe(403);
    }
    expect(site.here.events).toContainEqual(
      expect.objectContaining({
        event: "access",
        action: "write",
        username: "olivia",
        path: `settings/invitations/${id}`,
      }),
    );
    expect(site.here.events).toContainEqual(
      expect.objectContaining({ event: "access-denied", action: "write", username: "oda" }),
    );
  });

  test("are made and withdrawn with forms, whose answer has the link once", async () => {
    const page = await site.signIn("olivia", "olivia", "test-private/owners");
    const fields = { role: "editors", note: "", until: "", expires: "" };
    const answer = await page.ask(formPost(invitations, fields));
    expect([answer.status, answer.headers["cache-control"]]).toEqual([201, "private, no-store"]);
    const [, secret] = /\/invitations\/([a-z2-7]{26})</.exec(answer.text) ?? [];
    expect(secret).toBeDefined();
    const [{ id }] = (await listed()).slice(-1);
    expect((await page.ask(`${settings}/members`)).text).not.toContain(secret);
    const withdrawn = await page.ask(formPost(`${invitations}/${id}`, { action: "withdraw" }));
    expect([withdrawn.status, withdrawn.headers["location"]]).toEqual([303, `${settings}/members`]);
    expect(await page.ask(formPost(`${invitations}/${id}`, { action: "keep" }))).toMatchObject({
      status: 400,
    });
    expect((await listed()).map((one: { id: string }) => one.id)).not.toContain(id);
  });

  test("are not made by another site's page", async () => {
    const page = await site.signIn("olivia", "olivia", "test-private/owners");
    const before = (await listed()).length;
    const { headers, ...sent } = formPost(invitations, { role: "owners" });
    const answer = await page.ask({ ...sent, headers: { ...headers, Origin: "https://elsewhere.example" } });
    expect([answer.status, (await listed()).length]).toEqual([403, before]);
  });

  test("have the first of PUBLIC_ORIGIN in their address, under whatever name they were made", async () => {
    const environment = {
      PUBLIC_ORIGIN: JSON.stringify(["https://groups.example.org", "http://127.0.0.1:1"]),
    };
    const server = await startServer({ environment });
    const Authorization = await server.bearer("olivia", "test-private/owners");
    const sent = jsonPost(invitations, { role: "viewers" });
    const headers = { ...sent.headers, Authorization, Host: "127.0.0.1:1" };
    const answer = await server.ask({ ...sent, headers });
    await server.close();
    expect(JSON.parse(answer.text).url).toMatch(/^https:\/\/groups\.example\.org\/invitations\//);
  });
});

describe("who has been invited", () => {
  test("is shown who invites to what, and has the role once they accept, here at once and elsewhere within 5 s", async () => {
    const { path, id } = await invite({ role: "editors", note: "Hello,\n<b>Erin</b>", until: inDays(60) });
    const page = await site.signIn("erin");
    const { text } = await page.ask(path);
    expect(text).toContain("olivia invites you to test-private as editor");
    expect(text).toContain("Hello,<br>&lt;b&gt;Erin&lt;/b&gt;");
    expect(text).toContain("You are logged in as <strong>erin</strong>");
    expect(text).toContain(inDays(60));
    expect(text).not.toContain(path);
    const erin = site.caller("erin");
    expect(await status(erin({ path: "/groups/test-private" }, site.elsewhere))).toBe(403);
    const answer = await page.ask(formPost(path, { accept: "yes" }));
    expect([answer.status, answer.headers["location"]]).toEqual([303, "/groups/test-private"]);
    expect((await page.ask("/groups/test-private")).status).toBe(200);
    site.clock.pass(5);
    expect(await status(erin({ path: "/groups/test-private" }, site.elsewhere))).toBe(200);
    const members = JSON.parse((await owner({ path: `${settings}/members` })).text);
    expect(members).toContainEqual(
      expect.objectContaining({
        username: "erin",
        memberships: [
          { role: "editors", from: "here", until: inDays(60), addedBy: "olivia", claimed: inDays(0) },
        ],
      }),
    );
    expect((await listed()).map((one: { id: string }) => one.id)).not.toContain(id);
    expect((await page.ask(formPost(path, { accept: "yes" }))).status).toBe(404);
  });

  test("can do so in JSON", async () => {
    const { path } = await invite({ role: "viewers" });
    const finn = site.caller("finn");
    const shown = JSON.parse((await finn({ path })).text);
    expect(shown).toEqual({
      group: "test-private",
      role: "viewers",
      invitedBy: "olivia",
      expires: inDays(7),
    });
    expect(await status(finn(jsonPost(path, { accept: "perhaps" })))).toBe(400);
    const accepted = await finn(jsonPost(path, { accept: true }));
    expect([accepted.status, accepted.json()]).toEqual([200, { group: "test-private", role: "viewers" }]);
    expect(await status(finn({ path: "/groups/test-private" }))).toBe(200);
  });

  test("can decline, which owners see, and nobody can accept then", async () => {
    const [first, second] = [await invite(), await invite()];
    const page = await site.signIn("dietrich");
    const declined = await page.ask(formPost(first.path, { accept: "no" }));
    expect([declined.status, declined.text]).toEqual([200, expect.stringContaining("You have declined")]);
    expect(await status(site.caller("dagny")(jsonPost(second.path, { accept: false })))).toBe(204);
    expect((await listed()).slice(-2)).toMatchObject([
      { id: first.id, state: "declined", declinedBy: "dietrich" },
      { id: second.id, state: "declined", declinedBy: "dagny" },
    ]);
    expect((await page.ask(first.path)).status).toBe(404);
    expect((await page.ask("/groups/test-private")).status).toBe(403);
  });

  test("logs in at that address first, and comes back to it", async () => {
    const { path } = await invite();
    const stranger = browser(site.here);
    site.here.provider.setPerson({ sub: "sven", username: "sven", groups: [] });
    const callback = await stranger.logIn(path);
    expect(callback.headers["location"]).toBe(path);
    expect((await stranger.ask(path)).text).toContain("You are logged in as <strong>sven</strong>");
    const anonymous = browser(site.here);
    expect((await anonymous.ask(formPost(path, { accept: "yes" }))).status).toBe(401);
    expect((await site.here.ask({ path, headers: { Accept: "application/json" } })).status).toBe(401);
  });

  test("of twenty who accept at once on two instances, one gets it", async () => {
    const { path } = await invite({ role: "viewers" });
    const all = Array.from({ length: 20 }, (_, index) => {
      const at = index % 2 === 0 ? site.here : site.elsewhere;
      return status(site.caller(`racer-${index}`)(jsonPost(path, { accept: true }), at));
    });
    const statuses = await Promise.all(all);
    expect(statuses.filter((one) => one === 200)).toHaveLength(1);
    expect(statuses.filter((one) => one !== 200 && one !== 404)).toEqual([]);
    const members = JSON.parse((await owner({ path: `${settings}/members` })).text);
    const racers = members.filter((one: { username: string }) => one.username.startsWith("racer-"));
    expect(racers).toHaveLength(1);
  });
});

describe("an invitation that cannot be used", () => {
  test("is the same page for all reasons, which says what to do", async () => {
    const used = await invite({ role: "viewers" });
    await site.caller("ute")(jsonPost(used.path, { accept: true }));
    const expired = await invite({ role: "viewers", expires: inDays(0) });
    const withdrawn = await invite();
    await owner({ method: "DELETE", path: `${invitations}/${withdrawn.id}` });
    const brief = site.caller("brief", "test-private/owners");
    const never = { path: "/invitations/abcdefghijklmnopqrstuvwxyz" };
    const malformed = { path: "/invitations/no-secret" };
    site.clock.pass(86_400);
    const page = await site.signIn("paula");
    const bodies = new Set<string>();
    for (const { path } of [used, expired, withdrawn, never, malformed]) {
      const { status: found, text } = await page.ask(path);
      expect(found).toBe(404);
      bodies.add(text.replace(/<code>[\w-]{12}<\/code>/, ""));
      expect((await brief({ path })).json()).toEqual({ error: expect.stringContaining("Ask the person") });
    }
    expect(bodies.size).toBe(1);
    expect([...bodies][0]).toContain("Ask the person who sent it to you for a new one.");
  });

  test("is that of somebody who is no owner any more", async () => {
    await owner({ method: "PUT", path: `${settings}/roles/owners/members/otto` });
    const otto = site.caller("otto");
    await otto({ path: "/whoami" });
    const { path, id } = await invite({ role: "owners" }, otto);
    await owner({ method: "DELETE", path: `${settings}/roles/owners/members/otto` });
    expect(await status(site.caller("ada")(jsonPost(path, { accept: true })))).toBe(404);
    expect(await listed()).toContainEqual(expect.objectContaining({ id, state: "void" }));
  });

  test("is not looked up any more after fifty guesses from one network", async () => {
    const server = await startServer({ environment: {} });
    const Authorization = await server.bearer("gus");
    const guess = () =>
      status(server.ask({ path: "/invitations/abcdefghijklmnopqrstuvwxyz", headers: { Authorization } }));
    const statuses: number[] = [];
    for (let tried = 0; tried < 51; tried++) statuses.push(await guess());
    await server.close();
    expect(statuses).toEqual([...Array(50).fill(404), 429]);
  });

  test("is any of a server where roles are kept at the provider", async () => {
    const server = await startServer({ environment: { MEMBERSHIPS: "provider" } });
    const headers = { Authorization: await server.bearer("olivia", "test-private/owners") };
    const sent = jsonPost(invitations, { role: "viewers" });
    const statuses = [
      await status(server.ask({ path: "/invitations/abcdefghijklmnopqrstuvwxyz", headers })),
      await status(server.ask({ path: invitations, headers })),
      await status(server.ask({ ...sent, headers: { ...sent.headers, ...headers } })),
    ];
    await server.close();
    expect(statuses).toEqual([503, 503, 503]);
  });
});
