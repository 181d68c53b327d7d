import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Browser } from "../../support/browser/browser.ts";
import type { Answer } from "../../support/requests/http.ts";
import { putObjects } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf, browserOf, callerKinds } from "../../support/sessions/callers.ts";

const server = testServer();
const settings = "/groups/test-private/settings";
const overview = `${settings}/overview`;
const previewPath = `${overview}/preview`;

let owner: Browser;
let bearer: Record<string, string>;
beforeAll(async () => {
  owner = await browserOf(server, "owner", "test-private");
  bearer = await bearerOf(server, "owner", "test-private");
});

const store = (text: string) =>
  server.ask({
    method: "PUT",
    path: overview,
    headers: { ...bearer, "Content-Type": "text/markdown" },
    body: text,
  });
const stored = () => server.ask({ path: overview, headers: { ...bearer, Accept: "text/markdown" } });
beforeEach(async () => {
  await server.ask({ method: "DELETE", path: overview, headers: bearer });
});

const unescaped = (text = ""): string =>
  text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** What a browser without scripts would submit of a page's form. */
const formOf = ({ text }: Answer): Record<string, string> => {
  const fields: Record<string, string> = {};
  for (const [input] of text.matchAll(/<input[^>]* name="[^>]*>/g)) {
    const [, name = ""] = /name="([^"]*)"/.exec(input) ?? [];
    const [, value] = /value="([^"]*)"/.exec(input) ?? [];
    if (!input.includes("checkbox") || input.includes(" checked")) fields[name] = unescaped(value);
  }
  const [, name = "", area] = /<textarea[^>]* name="([^"]*)"[^>]*>\n?([^<]*)</.exec(text) ?? [];
  // Browsers submit CRLF.
  fields[name] = unescaped(area).replaceAll("\n", "\r\n");
  return fields;
};

const submit = (form: Record<string, string>, path = settings, headers: Record<string, string> = {}) =>
  owner.ask({
    method: "POST",
    path,
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(form).toString(),
  });

/** Submits the form of the settings page with these changes. */
const change = async (changes: Record<string, string>) =>
  submit({ ...formOf(await owner.ask(settings)), ...changes });

describe("the form of a group's settings", () => {
  test("is empty for a group without an overview, and shows everything", async () => {
    expect(formOf(await owner.ask(settings))).toEqual({
      base: "",
      title: "",
      byline: "",
      website: "",
      showDatasets: "yes",
      showNarratives: "yes",
      text: "",
    });
  });

  test("stores its fields as front matter, and what is below as text", async () => {
    const { showNarratives: _, ...form } = formOf(await owner.ask(settings));
    const filled = { ...form, title: " A: lab ", byline: "By <us>", website: "https://lab.example.org" };
    const answer = await submit({ ...filled, text: "# Hello\r\n\r\nWords & more.\r\n" });
    expect([answer.status, answer.headers["location"]]).toEqual([303, `${settings}?saved`]);
    expect((await stored()).text).toBe(
      [
        "---",
        "title: 'A: lab'",
        "byline: By <us>",
        "website: 'https://lab.example.org'",
        "showDatasets: true",
        "showNarratives: false",
        "---",
        "# Hello\n\nWords & more.\n",
      ].join("\n"),
    );
    const page = await owner.ask(`${settings}?saved`);
    expect(page.text).toContain("Saved.");
    expect(formOf(page)).toMatchObject({ title: "A: lab", text: "# Hello\r\n\r\nWords & more.\r\n" });
    expect((await owner.ask("/groups/test-private")).text).toContain("A: lab</h1>");
  });

  test("keeps comments and what has no field", async () => {
    await store("---\n# Ours\ntitle: A lab\ncontact: {phone: 12} # at day\n---\nWords.\n");
    expect((await change({ title: "B lab" })).status).toBe(303);
    expect((await stored()).text).toBe(
      "---\n# Ours\ntitle: B lab\ncontact: {phone: 12} # at day\nshowDatasets: true\nshowNarratives: true\n---\nWords.\n",
    );
  });

  test("refuses what cannot be used with a sentence beside the field, and everything typed stays", async () => {
    await store("---\ntitle: A lab\n---\nWords.\n");
    const typed = { title: "x".repeat(201), byline: "by <us>", website: "lab.example.org", text: "More\r\n" };
    const answer = await change(typed);
    expect(answer.status).toBe(400);
    expect(formOf(answer)).toMatchObject(typed);
    expect(answer.text).toMatch(/role="alert" id="overview-title-problem">The title may have 200/);
    expect(answer.text).toMatch(/role="alert" id="overview-website-problem">[^<]*https:\/\//);
    expect(answer.text).not.toContain("overview-byline-problem");
    expect((await stored()).text).toBe("---\ntitle: A lab\n---\nWords.\n");
    const corrected = { ...formOf(answer), title: "B lab", website: "https://lab.example.org" };
    expect((await submit(corrected)).status).toBe(303);
  });

  test("says of a stored value that it is not used", async () => {
    await store("---\nwebsite: lab.example.org\n---\n");
    const page = await owner.ask(settings);
    expect(page.text).toContain('id="overview-website-problem"');
    expect(formOf(page)).toMatchObject({ website: "lab.example.org" });
  });

  test("shows what somebody else stored meanwhile, and replaces it only when it is sent again", async () => {
    await store("---\ntitle: A lab\n---\nWords.\n");
    const form = { ...formOf(await owner.ask(settings)), title: "Mine", text: "My words.\r\n" };
    await store("---\ntitle: Theirs <b>\nmore: 1\n---\nTheir words.\n");
    const conflict = await submit(form);
    expect(conflict.status).toBe(412);
    expect(conflict.text).toContain("Nothing was saved: somebody else changed the overview");
    expect(unescaped(conflict.text)).toContain("title: Theirs <b>\nmore: 1\n---\nTheir words.\n");
    expect(formOf(conflict)).toMatchObject({ title: "Mine", text: "My words.\r\n" });
    expect((await stored()).text).toContain("Their words.");
    expect((await submit(formOf(conflict))).status).toBe(303);
    expect((await stored()).text).toBe(
      "---\ntitle: Mine\nmore: 1\nshowDatasets: true\nshowNarratives: true\n---\nMy words.\n",
    );
  });

  test("does not store over one that was made or deleted meanwhile", async () => {
    const empty = { ...formOf(await owner.ask(settings)), title: "Mine" };
    await store("Theirs.");
    expect((await submit(empty)).status).toBe(412);
    const late = { ...formOf(await owner.ask(settings)), title: "Mine" };
    await server.ask({ method: "DELETE", path: overview, headers: bearer });
    const conflict = await submit(late);
    expect([conflict.status, (await stored()).status]).toEqual([412, 404]);
    expect(conflict.text).toContain("somebody else deleted the overview");
    expect((await submit(formOf(conflict))).status).toBe(303);
  });

  test("may be sent twice", async () => {
    const form = { ...formOf(await owner.ask(settings)), title: "Mine" };
    expect([(await submit(form)).status, (await submit(form)).status]).toEqual([303, 303]);
  });

  test("has one of many that are sent at once", async () => {
    const form = formOf(await owner.ask(settings));
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) => submit({ ...form, title: `Lab ${index}` })),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([303, 412, 412, 412, 412]);
  });
});

describe("an overview that is no form", () => {
  const put = (content: string) =>
    putObjects(server, {
      "test-private/group-overview.md": { type: "text/markdown", content, encoding: "gzip" },
    });

  test("is edited as a whole when its front matter cannot be read", async () => {
    await put("---\ntitle: [\n---\nWords.\n");
    const page = await owner.ask(settings);
    const form = formOf(page);
    expect(form).toMatchObject({ source: "---\r\ntitle: [\r\n---\r\nWords.\r\n" });
    expect(page.text).toMatch(/id="overview-text-problem">[^<]*line 2/);
    const refused = await submit({ ...form, source: "---\r\ntitle: {\r\n---\r\n" });
    expect([refused.status, formOf(refused)["source"]]).toEqual([400, "---\r\ntitle: {\r\n---\r\n"]);
    const mended = await submit({ ...form, source: "---\r\ntitle: A\r\n---\r\nWords.\r\n" });
    expect([mended.status, (await stored()).text]).toEqual([303, "---\ntitle: A\n---\nWords.\n"]);
    expect(formOf(await owner.ask(settings))).toMatchObject({ title: "A", text: "Words.\r\n" });
  });

  test("is left to a script when it is too large", async () => {
    await put(`---\ntitle: A\n---\n${"Words.\n".repeat(20_000)}`);
    const { text } = await owner.ask(settings);
    expect(text).toContain(`data-address="${overview}"`);
    expect(text).not.toContain("Words.");
  });

  test("is no text of more than 100 kB, which is shown again to be shortened", async () => {
    const text = "ä".repeat(50_001);
    const answer = await change({ text });
    expect([answer.status, formOf(answer)["text"] === text]).toEqual([400, true]);
    expect((await change({ text: "x".repeat(340_001) })).status).toBe(400);
    expect((await stored()).status).toBe(404);
  });
});

describe("the preview", () => {
  test("without scripts is the page with the text as the group's page shows it", async () => {
    const form = {
      ...formOf(await owner.ask(settings)),
      title: "Mine",
      text: "# Hello\r\n<script>x</script>",
    };
    const answer = await submit(form, previewPath);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/<div class="overview"><h2>Hello<\/h2>\s*<\/div>/);
    expect(answer.text).toContain("data-unsaved");
    expect(formOf(answer)).toMatchObject({ title: "Mine", base: "" });
    expect((await stored()).status).toBe(404);
    expect((await submit(formOf(answer))).status).toBe(303);
    expect((await owner.ask("/groups/test-private")).text).toMatch(/<div class="overview"><h2>Hello<\/h2>/);
  });

  test("is JSON for scripts", async () => {
    const asJson = async (text: string) =>
      (await submit({ text }, previewPath, { Accept: "application/json" })).json();
    expect(await asJson("*a*")).toEqual({ kind: "html", html: "<p><em>a</em></p>\n" });
    expect(await asJson(" ")).toMatchObject({ html: expect.stringContaining("listed below") });
    expect(await asJson("x".repeat(100_001))).toEqual({ error: expect.stringMatching(/100 kB/) });
    expect(await asJson(`${"> ".repeat(8000)}x`)).toMatchObject({ kind: "text", reason: expect.any(String) });
  });

  test("shows images as the group's page does", async () => {
    const policyOf = async (path: string) => (await owner.ask(path)).headers["content-security-policy"];
    expect(await policyOf(settings)).toBe(await policyOf("/groups/test-private"));
    const image = "![](https://elsewhere.example/a.png)";
    expect((await submit({ text: image }, previewPath)).text).toContain("elsewhere.example is not shown");
  });
});

describe("both", () => {
  test.each(callerKinds)("are for owners: %s", async (kind) => {
    const visitor = await browserOf(server, kind, "test-private");
    const statuses = [];
    for (const path of [settings, previewPath]) {
      const headers = { "Content-Type": "application/x-www-form-urlencoded" };
      const { status } = await visitor.ask({ method: "POST", path, headers, body: "base=&text=a" });
      statuses.push(status);
    }
    expect(statuses).toEqual(kind === "owner" ? [303, 200] : kind === "anonymous" ? [401, 401] : [403, 403]);
  });

  test.each([settings, previewPath])("refuse another site's page: %s", async (path) => {
    const headers = { "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere.example" };
    expect((await submit({ base: "", text: "a" }, path, headers)).status).toBe(403);
    expect((await stored()).status).toBe(404);
  });

  test.each([settings, previewPath])("refuse what is not their form: %s", async (path) => {
    expect((await submit({ action: "end" }, path)).status).toBe(400);
    const json = { method: "POST", path, headers: { "Content-Type": "application/json" }, body: "{}" };
    expect((await owner.ask(json)).status).toBe(400);
  });

  test("are audited as writes, and so is what was denied", async () => {
    server.events.splice(0);
    await change({ title: "Mine" });
    const viewer = await bearerOf(server, "viewer", "test-private");
    await server.ask({ method: "POST", path: settings, headers: viewer });
    const audited = server.events.filter(({ event }) => event === "access" || event === "access-denied");
    expect(audited).toMatchObject([
      { event: "access", action: "read", path: "settings" },
      { event: "access", action: "write", path: "settings/overview", username: "owner-of-test-private" },
      { event: "access-denied", action: "write", path: "settings", username: "viewer-of-test-private" },
    ]);
  });
});
