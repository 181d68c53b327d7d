import { describe, expect, test } from "vitest";
import { startServer } from "../../support/server/running-server.ts";
import { formPost, jsonPost, peopleSite, settings } from "./people-site.ts";

const site = peopleSite();
const requests = `${settings}/access-requests`;
const owner = site.caller("olivia", "test-private/owners");
const at = (group: string) => `/groups/${group}/access-requests`;
const asked = (username: string, group = "test-private", note?: string) =>
  site.caller(username)(jsonPost(at(group), note === undefined ? {} : { note }));

interface Listed {
  readonly id: string;
  readonly username: string;
}

const listed = async (by = owner): Promise<readonly Listed[]> =>
  JSON.parse((await by({ path: requests })).text).requests;

/** The request of this person, once it has been passed on. */
const requestOf = async (username: string): Promise<Listed> => {
  const found = async () => (await listed()).find((one) => one.username === username);
  await expect.poll(found).toBeDefined();
  return (await found()) ?? expect.unreachable();
};

const status = async (question: Promise<{ readonly status: number }>) => (await question).status;

describe("asking for access", () => {
  test("is answered alike, whatever the group is", async () => {
    const names = [
      "test-private",
      "TEST-private",
      "blab",
      "test-unknown",
      "a",
      "..x",
      "under_score",
      "%C3%A4",
    ];
    const answers = [];
    for (const name of names) answers.push(await asked("greta", name));
    answers.push(await site.caller("olivia", "test-private/owners")(jsonPost(at("test-private"), {})));
    const seen = answers.map(({ status: code, text, headers: { date: _, ...headers } }) => ({
      code,
      text,
      headers,
    }));
    for (const one of seen) expect(one).toEqual(seen[0]);
    expect(seen[0]?.code).toBe(202);
  });

  test("reaches the owners, who may give a role, which counts at once", async () => {
    await asked("erin", "test-private", "I am new here");
    const request = await requestOf("erin");
    expect(request).toEqual({
      id: request.id,
      username: "erin",
      note: "I am new here",
      requestedAt: expect.stringMatching(/Z$/),
    });
    const answer = await owner(jsonPost(`${requests}/${request.id}`, { role: "viewers" }));
    expect(answer.status).toBe(204);
    expect(await status(site.caller("erin")({ path: "/groups/test-private" }))).toBe(200);
    expect(await status(owner(jsonPost(`${requests}/${request.id}`, { role: "viewers" })))).toBe(404);
  });

  test("may be declined", async () => {
    await asked("dirk");
    const { id } = await requestOf("dirk");
    expect(await status(owner({ method: "DELETE", path: `${requests}/${id}` }))).toBe(204);
    expect(await status(owner({ method: "DELETE", path: `${requests}/${id}` }))).toBe(204);
    expect(await status(site.caller("dirk")({ path: "/groups/test-private" }))).toBe(403);
  });

  test("works with forms, without scripts", async () => {
    const asker = await site.signIn("frida");
    const answer = await asker.ask(formPost(at("test-private"), { note: "please" }));
    expect([answer.status, answer.text]).toEqual([202, expect.stringContaining("if there is such a group")]);
    const unknown = await asker.ask(formPost(at("test-unknown"), { note: "" }));
    expect([unknown.status, unknown.text]).toEqual([202, answer.text]);
    const second = await site.signIn("fritz");
    await second.ask(formPost(at("test-private"), {}));
    const page = await site.signIn("olivia", "olivia", "test-private/owners");
    const granted = await page.ask(
      formPost(`${requests}/${(await requestOf("frida")).id}`, { role: "editors", until: "" }),
    );
    const declined = await page.ask(
      formPost(`${requests}/${(await requestOf("fritz")).id}`, { action: "decline" }),
    );
    for (const one of [granted, declined])
      expect([one.status, one.headers["location"]]).toEqual([303, `${settings}/members`]);
    expect((await asker.ask("/groups/test-private")).status).toBe(200);
    expect((await second.ask("/groups/test-private")).status).toBe(403);
  });

  test("is for who is logged in, and not for another site's page", async () => {
    const answer = await site.here.ask(jsonPost(at("test-private"), { note: "x".repeat(501) }));
    expect(answer.status).toBe(401);
    const asker = await site.signIn("frank");
    const { headers, ...sent } = formPost(at("test-private"), {});
    const crossSite = { ...sent, headers: { ...headers, Origin: "https://elsewhere.example" } };
    expect((await asker.ask(crossSite)).status).toBe(403);
    for (const group of ["test-private", "test-unknown"]) {
      expect(await status(asked("gerd", group, "x".repeat(501)))).toBe(400);
      expect(await status(site.caller("gerd")(jsonPost(at(group), { note: 7 })))).toBe(400);
    }
    expect((await listed()).map(({ username }) => username)).not.toContain("frank");
  });

  test("leaves the address to a dataset of that name", async () => {
    const type = "application/vnd.nextstrain.dataset.main+json";
    const body = '{"meta": {}, "tree": {"name": "root"}}';
    const put = { method: "PUT", path: at("test-private"), headers: { "Content-Type": type }, body };
    expect(await status(owner(put))).toBe(204);
    expect(await status(owner({ path: at("test-private") }))).toBe(200);
    expect(await status(owner({ method: "OPTIONS", path: at("test-private") }))).toBe(204);
    expect(await status(owner({ method: "DELETE", path: at("test-private") }))).toBe(204);
    expect(await status(site.caller("oda")({ path: at("test-private") }))).toBe(403);
  });
});

describe("the requests for access", () => {
  test("are answered by owners only", async () => {
    await asked("hugo");
    const { id } = await requestOf("hugo");
    for (const by of [site.caller("edda", "test-private/editors"), site.caller("hugo")]) {
      expect(await status(by({ path: requests }))).toBe(403);
      expect(await status(by(jsonPost(`${requests}/${id}`, { role: 7 })))).toBe(403);
      expect(await status(by({ method: "DELETE", path: `${requests}/${id}` }))).toBe(403);
    }
    expect(await requestOf("hugo")).toBeDefined();
  });

  test("go nowhere where roles are kept at the provider, and are answered alike", async () => {
    const server = await startServer({ environment: { MEMBERSHIPS: "provider" } });
    const headers = { Authorization: await server.bearer("erin") };
    const answer = await server.ask({ method: "POST", path: at("test-private"), headers });
    const owners = { Authorization: await server.bearer("olivia", "test-private/owners") };
    const list = await server.ask({ path: requests, headers: owners });
    await server.close();
    await server.provider.close();
    expect([answer.status, answer.text]).toEqual([202, (await asked("erin")).text]);
    expect(list.status).toBe(503);
  });
});
