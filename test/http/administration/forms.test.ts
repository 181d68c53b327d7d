import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser } from "../../support/browser/browser.ts";
import { browser } from "../../support/browser/browser.ts";
import { dataset, putObjects } from "../../support/resources/stored-objects.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";

let server: RunningServer;
let ada: Browser;
beforeAll(async () => {
  server = await startServer({ environment: { ADMINISTRATORS: '["ada"]' } });
  server.provider.setPerson({ sub: "ada", username: "ada", groups: [] });
  ada = browser(server);
  await ada.logIn();
});
afterAll(() => server?.close());

const html = "text/html";

const submit = (path: string, fields: Record<string, string>, by = ada) =>
  by.ask({
    path,
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: html },
    body: new URLSearchParams(fields).toString(),
  });

const make = (name: string, more: Record<string, string> = {}) =>
  submit("/admin/groups", { name, visibility: "private", owner: "olga", ...more });
const at = (name: string, fields: Record<string, string>) => submit(`/admin/groups/${name}`, fields);
const page = async (path: string) => (await ada.ask({ path, headers: { Accept: html } })).text;

describe("the page's forms", () => {
  test("make a group, and lead to its page", async () => {
    const made = await make(" Form-Lab ");
    expect([made.status, made.headers.location]).toEqual([303, "/admin/groups/Form-Lab?saved"]);
    const shown = await page("/admin/groups/Form-Lab?saved");
    expect(shown).toContain("Tell olga to log in");
    expect(shown).toContain("has not logged in yet");
    expect(await page("/admin/groups")).toContain('href="/admin/groups/Form-Lab"');
  });

  test.each([
    [{ name: "form-LAB" }, 409, "There is a group Form-Lab already"],
    [{ name: "under_score" }, 400, "3 to 50 characters"],
    [{ name: "no-owner", owner: "" }, 400, "Name the owner"],
  ])("say beside them why %j is refused, and keep what was typed", async (fields, status, sentence) => {
    const refused = await make("x", { visibility: "public", ...fields });
    expect(refused.status).toBe(status);
    expect(refused.text).toContain(sentence);
    expect(refused.text).toContain(`value="${fields.name}"`);
    expect(refused.text).toMatch(/value="public" checked/);
  });

  test("may be sent by a program, which gets JSON", async () => {
    const send = (name: string) =>
      ada.ask({
        method: "POST",
        path: "/admin/groups",
        headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
        body: new URLSearchParams({ name, visibility: "private", owner: "olga" }).toString(),
      });
    const made = await send("form-json");
    expect([made.status, JSON.parse(made.text)]).toEqual([201, { name: "form-json" }]);
    const refused = await send("form-json");
    expect([refused.status, JSON.parse(refused.text).error]).toEqual([
      409,
      expect.stringContaining("form-json"),
    ]);
  });

  test("show what becomes visible before a group is made public, and ask", async () => {
    await make("form-public");
    await putObjects(server, { "form-public/datasets/ncov_a.json": { type: dataset(), content: "{}" } });
    const asked = await at("form-public", { action: "visibility", visibility: "public" });
    expect(asked.status).toBe(200);
    expect(asked.text).toContain("<code>ncov/a</code>");
    const fields = { action: "visibility", visibility: "public", confirm: "true" };
    expect((await at("form-public", fields)).status).toBe(303);
    expect((await server.ask({ path: "/groups/form-public" })).status).toBe(200);
  });

  test("archive, open again, and appoint", async () => {
    await make("form-archive");
    expect((await at("form-archive", { action: "archive" })).status).toBe(303);
    expect(await page("/admin/groups/form-archive")).toContain("Open it again");
    expect((await at("form-archive", { action: "owner", owner: "otto" })).status).toBe(409);
    expect((await at("form-archive", { action: "reopen" })).status).toBe(303);
    expect((await at("form-archive", { action: "owner", owner: "otto" })).status).toBe(303);
    expect(await page("/admin/groups/form-archive")).toContain("otto");
  });

  test("delete a group whose name was typed, and its data if that is said", async () => {
    await make("form-delete");
    await putObjects(server, { "form-delete/datasets/ncov_a.json": { type: dataset(), content: "{}" } });
    const unnamed = await at("form-delete", { action: "delete", name: "form" });
    expect([unnamed.status, unnamed.text]).toEqual([400, expect.stringContaining("Type the group")]);
    expect((await at("form-delete", { action: "delete", name: "form-delete" })).status).toBe(409);
    const gone = await at("form-delete", { action: "delete", name: "FORM-delete", withData: "true" });
    expect([gone.status, gone.headers.location]).toEqual([303, "/admin/groups?deleted=form-delete"]);
    expect(await page("/admin/groups?deleted=form-delete")).toContain(
      "<strong>form-delete</strong> any more",
    );
    expect(await page("/admin/groups?deleted=Form-Lab")).not.toContain("any more");
    expect((await at("form-delete", { action: "archive" })).status).toBe(404);
  });

  test("know no other action, and no other types", async () => {
    expect((await at("form-lab", { action: "rename" })).status).toBe(400);
    const asJson = await ada.ask({
      path: "/admin/groups/form-lab",
      method: "POST",
      headers: { Accept: html },
    });
    expect(asJson.status).toBe(400);
  });

  test("are not there for the data file's groups", async () => {
    const shown = await page("/admin/groups/blab");
    expect(shown).toContain("GROUPS_DATA_FILE");
    expect(shown).not.toContain('value="delete"');
    expect((await at("blab", { action: "archive" })).status).toBe(409);
  });

  test("are for administrators, who are led to them by the menu of every page", async () => {
    expect(await page("/groups")).toContain('href="/admin/groups"');
    server.provider.setPerson({ sub: "erin", username: "erin", groups: [] });
    const erin = browser(server);
    await erin.logIn();
    expect((await erin.ask({ path: "/groups", headers: { Accept: html } })).text).not.toContain(
      "/admin/groups",
    );
    expect((await submit("/admin/groups", { name: "mine" }, erin)).status).toBe(403);
  });
});
