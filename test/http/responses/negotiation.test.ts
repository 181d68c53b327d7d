import { beforeAll, describe, expect, test } from "vitest";
import {
  dataset,
  mainContent,
  narrative,
  narrativeContent,
  putSamples,
} from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf } from "../../support/sessions/callers.ts";

const server = testServer();
let owner: Record<string, string>;
beforeAll(async () => {
  await putSamples(server, "blab");
  owner = await bearerOf(server, "owner", "blab");
});

const html = "text/html";
const json = "application/json";

/** The routes that negotiate, with what they offer in the server's order (http-api.md section 4). */
const offers: Readonly<Record<string, readonly string[]>> = {
  "/groups/blab/ncov/19B": [
    html,
    json,
    dataset(),
    dataset("root-sequence"),
    dataset("tip-frequencies"),
    dataset("measurements"),
  ],
  "/groups/blab/narratives/test/fixture": [html, "text/markdown", narrative],
  "/groups/blab/settings/logo": ["image/png"],
  "/groups/blab/settings/overview": ["text/markdown", "text/plain"],
  "/whoami": [html, json],
};

const [datasetPath = "", narrativePath = "", logoPath = "", overviewPath = "", whoamiPath = ""] =
  Object.keys(offers);

const ask = (path: string, accept?: string, method = "GET") =>
  server.ask({ method, path, headers: { ...owner, ...(accept === undefined ? {} : { Accept: accept }) } });

const chosen = async (path: string, accept?: string): Promise<string> => {
  const { status, headers } = await ask(path, accept);
  return status === 200 ? ((headers["content-type"] ?? "").split(";")[0] ?? "") : String(status);
};

const pairs = Object.entries(offers).flatMap(([path, types]) => types.map((type) => [path, type] as const));

describe("an exact media type", () => {
  test.each(pairs)("%s as %s is sent as just that", async (path, type) => {
    const answer = await ask(path, type);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe(type === "image/png" ? type : `${type}; charset=utf-8`);
  });

  test("selects the file of a dataset", async () => {
    for (const file of ["root-sequence", "tip-frequencies", "measurements"]) {
      expect((await ask(datasetPath, dataset(file))).json()).toEqual({ [file]: "of blab" });
    }
    for (const type of [json, dataset()])
      expect((await ask(datasetPath, type)).text).toBe(mainContent("blab 19B"));
    for (const type of ["text/markdown", narrative]) {
      expect((await ask(narrativePath, type)).text).toBe(narrativeContent("blab"));
    }
    expect((await ask(datasetPath, html)).text).toContain("/dist/");
  });
});

describe("the negotiated type", () => {
  test.each([
    ["no Accept", datasetPath, undefined, html],
    ["*/*", datasetPath, "*/*", html],
    ["an empty Accept", datasetPath, "", html],
    ["a wildcard of one type", datasetPath, "application/*", json],
    ["a wildcard in text", narrativePath, "text/*", html],
    [
      "the first of two with the same weight",
      datasetPath,
      `${dataset("measurements")}, ${json}`,
      dataset("measurements"),
    ],
    ["the same two in the other order", datasetPath, `${json}, ${dataset("measurements")}`, json],
    ["a higher weight", datasetPath, `${json};q=0.5, ${dataset()};q=0.9`, dataset()],
    [
      "the exact one before a wildcard",
      datasetPath,
      `*/*, ${dataset("tip-frequencies")}`,
      dataset("tip-frequencies"),
    ],
    ["the wildcard with a higher weight", datasetPath, `${json};q=0.1, text/*;q=0.2`, html],
    ["a wildcard with HTML excluded", datasetPath, "*/*, text/html;q=0", json],
    ["a specific range with q=0 beside a wildcard", narrativePath, "text/*, text/html;q=0", "text/markdown"],
    ["letter case", datasetPath, "Application/JSON", json],
    ["parameters of the type left out", datasetPath, `${dataset()}`, dataset()],
    [
      "a browser's Accept",
      datasetPath,
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
      html,
    ],
    ["a browser's fetch of a narrative", narrativePath, "*/*", html],
    ["no Accept for an overview", overviewPath, undefined, "text/markdown"],
    ["plain text for an overview", overviewPath, "text/plain, */*;q=0.1", "text/plain"],
    [
      "an image element's Accept for a logo",
      logoPath,
      "image/avif,image/webp,image/*,*/*;q=0.8",
      "image/png",
    ],
    ["no Accept for whoami", whoamiPath, undefined, html],
    ["JSON before HTML for whoami", whoamiPath, "application/json, text/html;q=0.9", json],
  ])("%s", async (_, path, accept, type) => {
    expect(await chosen(path, accept)).toBe(type);
  });
});

describe("types that are not offered", () => {
  test.each([
    [datasetPath, "text/markdown"],
    [datasetPath, "image/*"],
    [datasetPath, `${json};q=0`],
    [datasetPath, "*/*;q=0"],
    [datasetPath, "application/vnd.nextstrain.dataset.meta+json"],
    [datasetPath, "nonsense"],
    [narrativePath, json],
    [narrativePath, "text/plain"],
    [logoPath, "image/jpeg"],
    [logoPath, json],
    [overviewPath, html],
    [whoamiPath, "text/plain"],
    ["/groups/blab/settings/members", "text/csv"],
  ])("%s as %s is 406, with links to the alternatives", async (path, accept) => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await ask(path, accept, method);
      expect(answer.status).toBe(406);
      expect(answer.headers.link).toContain(`<${path}>; rel="alternate"; type="`);
      expect(answer.headers.vary).toMatch(/(^|, )Accept(,|$)/);
    }
  });
});

describe("types of datasets and narratives only, at other paths", () => {
  const elsewhere = [logoPath, overviewPath, whoamiPath, "/sessions", "/groups/blab/settings/members"];

  test.each(
    elsewhere.flatMap((path) => [
      [path, dataset()] as const,
      [path, `${narrative}, ${dataset()};q=0.5`] as const,
    ]),
  )("%s as %s is 404: the Nextstrain CLI cannot handle 406 (CLI-28)", async (path, accept) => {
    const answer = await ask(path, accept);
    expect([answer.status, answer.json()]).toEqual([
      404,
      { error: "There is no dataset and no narrative at this address." },
    ]);
    expect(answer.headers.vary).toMatch(/(^|, )Accept(,|$)/);
  });

  test.each([
    [whoamiPath, `${dataset()}, text/plain;q=0.1`, 406],
    [whoamiPath, `${dataset()}, */*;q=0.1`, 200],
    [whoamiPath, `${dataset()};q=0`, 406],
    [datasetPath, narrative, 406],
    [narrativePath, dataset(), 406],
  ])("%s as %s, which is another case, is %i", async (path, accept, status) => {
    expect((await ask(path, accept)).status).toBe(status);
  });
});

describe("every negotiated response", () => {
  test.each(Object.entries(offers))("of %s links to the alternatives and varies", async (path, types) => {
    const links = types.map((type) => `<${path}>; rel="alternate"; type="${type}"`).join(", ");
    for (const accept of [...types, "nothing/at-all"]) {
      const answer = await ask(`${path}?a=b`, accept);
      expect(answer.headers.link).toBe(links);
      expect(answer.headers.vary?.split(", ")).toContain("Accept");
    }
  });

  test("links to the path as it was requested, encoded", async () => {
    const answer = await ask("/groups/blab/caf%C3%A9%3Cb%3E", json);
    expect(answer.headers.link).toContain('</groups/blab/caf%C3%A9%3Cb%3E>; rel="alternate"');
  });
});

describe("routes that do not negotiate", () => {
  test.each([
    ["/groups/blab", "image/png", "text/html; charset=utf-8"],
    ["/groups", json, "text/html; charset=utf-8"],
    ["/groups/blab/settings", json, "text/html; charset=utf-8"],
    ["/groups/blab/settings/roles", html, "application/json; charset=utf-8"],
    ["/charon/getAvailable?prefix=groups/blab", html, "application/json; charset=utf-8"],
    ["/charon/getSourceInfo?prefix=groups/blab", "image/png", "application/json; charset=utf-8"],
    ["/charon/getDataset?prefix=groups/blab/ncov/19B", "text/csv", dataset()],
    ["/.well-known/openid-configuration", html, "application/json; charset=utf-8"],
  ])("%s with Accept: %s is sent as always", async (path, accept, type) => {
    const answer = await ask(path, accept);
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, type]);
  });
});
