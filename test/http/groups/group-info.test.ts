import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { logo, putObjects } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();
let owner: Record<string, string>;
beforeAll(async () => {
  owner = { Authorization: await server.bearer("alice", "mixedcase/owners") };
});
beforeEach(async () => {
  for (const file of ["logo", "overview"]) {
    await server.ask({ method: "DELETE", path: `/groups/MixedCase/settings/${file}`, headers: owner });
  }
});

const info = async (
  group = "MixedCase",
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> => {
  const answer = await server.ask({ path: `/charon/getSourceInfo?prefix=groups/${group}`, headers });
  expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
  return answer.json() as Record<string, unknown>;
};

/** Stores an overview without validation, as an operator may. */
const putOverview = (content: string, encoding: "gzip" | "none" = "gzip") =>
  putObjects(server, { "MixedCase/group-overview.md": { type: "text/markdown", content, encoding } });

const defaults = {
  title: expect.stringContaining("MixedCase"),
  overview: expect.stringMatching(/\w+ \w+/),
  showDatasets: true,
  showNarratives: true,
  avatar: null,
};

describe("getSourceInfo", () => {
  test("of a group without logo and overview has defaults, and neither byline nor website", async () => {
    expect(await info()).toEqual(defaults);
  });

  test("has the overview's values, with any line terminator", async () => {
    const content =
      "---\ntitle: Example lab\nbyline: Department of X\nwebsite: https://example.org\nshowDatasets: false\nshowNarratives: false\n---\n\n# Hello\n\nWords.\n";
    const expected = {
      title: "Example lab",
      byline: "Department of X",
      website: "https://example.org",
      showDatasets: false,
      showNarratives: false,
      avatar: null,
      overview: expect.stringContaining("# Hello\n\nWords.\n"),
    };
    for (const text of [content, content.replaceAll("\n", "\r\n")]) {
      for (const encoding of ["gzip", "none"] as const) {
        await putOverview(text, encoding);
        expect(await info()).toEqual(expected);
      }
    }
  });

  test("accepts front matter in JSON", async () => {
    await putOverview('---\n{"title": "From JSON", "showDatasets": false}\n---\nWords.\n');
    expect(await info()).toMatchObject({
      title: "From JSON",
      showDatasets: false,
      overview: expect.stringContaining("Words."),
    });
  });

  test.each([
    ["no front matter", "Only words.\n", { ...defaults, overview: expect.stringContaining("Only words.") }],
    ["nothing at all", "", defaults],
    ["a blank body", "---\ntitle: T\n---\n \n\n", { ...defaults, title: "T" }],
    ["values that are no booleans", "---\nshowDatasets: 'no'\nshowNarratives: 0\n---\n", defaults],
    [
      "empty fields, as the settings page's template has them",
      "---\ntitle:\nbyline:\nwebsite:\nshowDatasets:\nshowNarratives:\n---\n",
      defaults,
    ],
    ["fields of other types", "---\ntitle: [a]\nbyline: {b: c}\nwebsite: 5\n---\n", defaults],
    ["a website that is a script", "---\nwebsite: javascript:alert(1)\n---\n", defaults],
    ["a website that is data", "---\nwebsite: data:text/html,x\n---\n", defaults],
    ["a website without a scheme", "---\nwebsite: www.example.org\n---\n", defaults],
  ])("has defaults for %s", async (_, content, expected) => {
    await putOverview(content);
    expect(await info()).toEqual(expected);
  });

  test.each([
    "https://example.org/a?b",
    "http://example.org",
    "ftp://example.org",
    "ftps://example.org",
    "mailto:lab@example.org",
  ])("has the website %s", async (website) => {
    await putOverview(`---\nwebsite: ${website}\n---\n`);
    expect(await info()).toEqual({ ...defaults, website });
  });

  test.each([
    ["YAML that cannot be read", "---\ntitle: [\n---\nWords.\n"],
    ["YAML with a colon too many", "---\ntitle: a: b\n---\n"],
    ["JSON that cannot be read", '---\n{"title": }\n---\n'],
  ])("has the defaults and an error for %s", async (_, content) => {
    await putOverview(content);
    const { error, ...others } = await info();
    expect(others).toEqual(defaults);
    expect(error).toMatch(/\w+ \w+/);
    expect(error).not.toMatch(/YAML|JSON|Error|\.ts|line \d/);
    const page = await server.ask({ path: "/groups/MixedCase", headers: { Accept: "text/html" } });
    expect([page.status, page.text.includes("MixedCase")]).toEqual([200, true]);
  });

  test("has the logo as a data URL, whether it is stored compressed or not", async () => {
    for (const encoding of ["gzip", "none"] as const) {
      await putObjects(server, {
        "MixedCase/group-logo.png": { type: "image/png", content: logo, encoding },
      });
      expect((await info()).avatar).toBe(`data:image/png;base64,${logo.toString("base64")}`);
    }
  });

  test("reflects uploads and deletions immediately", async () => {
    const path = "/groups/MixedCase/settings/overview";
    const headers = { ...owner, "Content-Type": "text/markdown" };
    await server.ask({ method: "PUT", path, headers, body: "---\ntitle: One\n---\n" });
    expect((await info()).title).toBe("One");
    await server.ask({ method: "PUT", path, headers, body: "---\ntitle: Two\n---\n" });
    expect((await info()).title).toBe("Two");
    await server.ask({ method: "DELETE", path, headers });
    expect(await info()).toEqual(defaults);
  });

  test.each([
    ["", 400],
    ["?prefix=", 400],
    ["?prefix=groups", 400],
    ["?prefix=narratives", 400],
    ["?prefix=groups/blab&prefix=groups/other", 400],
    ["?prefix=groups/test-private", 401],
    ["?prefix=groups/unknown", 401],
  ])("with %j is %i", async (query, status) => {
    const answer = await server.ask({ path: `/charon/getSourceInfo${query}` });
    expect([answer.status, answer.json()]).toEqual([status, { error: expect.any(String) }]);
  });

  test("of a private group is for its members", async () => {
    const Authorization = await server.bearer("bob", "test-private/viewers");
    expect(await info("test-private", { Authorization })).toMatchObject({
      title: expect.stringContaining("test-private"),
    });
  });
});
