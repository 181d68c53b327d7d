import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { head, rawConnection } from "../../support/requests/raw-connection.ts";
import { pngOf } from "../../support/resources/png.ts";
import {
  datasetType,
  get,
  mainDataset,
  mainType,
  narrative,
  narrativeType,
  put,
} from "../../support/resources/resources.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

const contents: [string, string, string, string | Uint8Array][] = [
  ["a dataset", "/groups/blab/up/a", mainType, mainDataset],
  ["a root sequence", "/groups/blab/up/a", datasetType("root-sequence"), '{"nuc": "ACGT"}'],
  ["tip frequencies", "/groups/blab/up/a", datasetType("tip-frequencies"), '{"pivots": [2020.5]}'],
  ["measurements", "/groups/blab/up/a", datasetType("measurements"), '{"collections": [{}]}'],
  ["a narrative", "/groups/blab/narratives/up/a", narrativeType, narrative],
  ["a logo", "/groups/blab/settings/logo", "image/png", pngOf(20, 10)],
  ["an overview", "/groups/blab/settings/overview", "text/markdown", "---\ntitle: ours\n---\nHello\n"],
];

describe.each(contents)("%s", (_, path, type, content) => {
  test.each([
    ["plain", content, {}],
    ["as gzip", gzipSync(content), { "Content-Encoding": "gzip" }],
    ["with parameters in its type", content, { "Content-Type": `${type}; charset=utf-8` }],
    ["with its type in capitals", content, { "Content-Type": type.toUpperCase() }],
  ])("is accepted %s, and read unchanged", async (_, body, headers) => {
    const answer = await put(server, path, type, body, headers);
    expect([answer.status, answer.text, answer.headers["etag"]]).toEqual([204, "", undefined]);
    const plain = await get(server, path, type);
    expect([plain.status, plain.headers["content-encoding"]]).toEqual([200, undefined]);
    expect(plain.bytes.equals(Buffer.from(content))).toBe(true);
    const packed = await get(server, path, type, { "Accept-Encoding": "gzip" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
  });

  test.each([
    ["another type", { "Content-Type": "text/html" }],
    ["a form", { "Content-Type": "multipart/form-data; boundary=x" }],
    ["an empty type", { "Content-Type": "" }],
    ["brotli", { "Content-Encoding": "br" }],
    ["identity by name", { "Content-Encoding": "identity" }],
    ["gzip in other letters", { "Content-Encoding": "GZIP" }],
    ["gzip twice", { "Content-Encoding": "gzip, gzip" }],
  ])("is rejected with 415 as %s", async (_, headers) => {
    const answer = await put(server, path, type, content, headers);
    expect(answer.status).toBe(415);
    expect(answer.json()).toEqual({ error: expect.stringMatching(/\.$/) });
    expect(answer.headers["vary"]).toContain("Content-Type");
  });

  test("is rejected with 415 without a body", async () => {
    const connection = await rawConnection(server.origin);
    const headers = { Authorization: await server.bearer("olga", "blab/owners"), "Content-Type": type };
    await connection.send(head(`PUT ${path}`, headers));
    expect(await connection.until(/HTTP\/1\.1 \d+/)).toBe("HTTP/1.1 415");
    connection.close();
  });

  test("is deleted, and DELETE is idempotent", async () => {
    await put(server, path, type, content);
    const headers = { Authorization: await server.bearer("olga", "blab/owners") };
    for (const _ of ["first", "again"]) {
      const answer = await server.ask({ method: "DELETE", path, headers });
      expect([answer.status, answer.text]).toEqual([204, ""]);
    }
    expect((await get(server, path, type)).status).toBe(404);
  });
});

describe("a type that is offered but not accepted is rejected with 415", () => {
  test.each([
    ["/groups/blab/up/b", "application/json", mainDataset],
    ["/groups/blab/narratives/up/b", "text/markdown", narrative],
    ["/groups/blab/settings/overview", "text/plain", "Hello"],
    ["/groups/blab/up/b", datasetType("meta"), "{}"],
    ["/groups/blab/up/b", narrativeType, narrative],
  ])("%s as %s", async (path, type, body) => {
    expect((await put(server, path, type, body)).status).toBe(415);
  });
});

test("a dataset at the path of a narrative is rejected with 400: the Nextstrain CLI cannot handle 415", async () => {
  const answer = await put(server, "/groups/blab/narratives/up/b", mainType, mainDataset);
  expect([answer.status, answer.json()]).toEqual([
    400,
    { error: 'This is a dataset, and a dataset\'s name cannot begin with "narratives".' },
  ]);
});

test.each([
  ["logo", mainType, mainDataset],
  ["logo", narrativeType, narrative],
  ["overview", datasetType("measurements"), "{}"],
  ["overview", narrativeType, narrative],
])("at the path of a group's %s, %s is rejected with 400, for the same reason", async (file, type, body) => {
  const answer = await put(server, `/groups/blab/settings/${file}`, type, body);
  expect([answer.status, answer.json()]).toEqual([
    400,
    { error: `This is the address of the group's ${file}, not of a dataset or a narrative.` },
  ]);
});

describe("the first error of a PUT determines its status", () => {
  const outsider = () => server.bearer("carol");
  const viewer = () => server.bearer("vera", "test-private/viewers");
  const owner = () => server.bearer("olga", "test-private/owners", "blab/owners");
  const bad = () => Promise.resolve("Bearer nonsense");
  test.each([
    ["a bad token before anything else", "/groups/no-such/a_b", "text/html", bad, 401],
    ["a private group before a bad name", "/groups/test-private/a_b", "text/html", outsider, 403],
    ["an unknown group as a private one", "/groups/no-such/a_b", "text/html", outsider, 403],
    ["a bad name before the type", "/groups/test-private/a_b", "text/html", owner, 400],
    ["a bad name before the permission to write", "/groups/test-private/a_b", mainType, viewer, 400],
    ["the type before the permission to write", "/groups/test-private/a", "text/html", viewer, 415],
    ["the permission to write before the encoding", "/groups/test-private/a", mainType, viewer, 403],
    ["the encoding before the content", "/groups/test-private/a", mainType, owner, 415],
  ])("%s", async (_, path, type, authorization, status) => {
    const headers = { "Content-Encoding": "br", Authorization: await authorization() };
    expect((await put(server, path, type, "no JSON", headers)).status).toBe(status);
  });

  test("the type before the login", async () => {
    const question = { method: "PUT", path: "/groups/blab/a", body: "x" };
    expect((await server.ask({ ...question, headers: { "Content-Type": "text/html" } })).status).toBe(415);
    expect((await server.ask({ ...question, headers: { "Content-Type": mainType } })).status).toBe(401);
  });

  test("an unknown group is indistinguishable from a private one", async () => {
    const headers = { "Content-Type": mainType, Accept: "application/json" };
    const [unknown, hidden] = await Promise.all(
      ["no-such", "test-private"].map((group) =>
        server.ask({ method: "PUT", path: `/groups/${group}/a`, headers, body: mainDataset }),
      ),
    );
    expect([unknown?.status, unknown?.text]).toEqual([401, hidden?.text]);
    expect(hidden?.status).toBe(401);
  });
});

test("a dataset that Auspice shows incompletely is accepted, with warnings in one header", async () => {
  const answer = await put(server, "/groups/blab/up/warned", mainType, mainDataset);
  expect(answer.status).toBe(204);
  expect(answer.headers["upload-warnings"]).toBe(
    '"\\"meta\\" has no list of \\"panels\\": Auspice shows the tree and the entropy panel only.", ' +
      '"\\"meta\\" does not say when the data were \\"updated\\", as a text: Auspice shows no date.", ' +
      '"The first node of the tree has no \\"node_attrs\\": Auspice may have nothing to draw the tree by."',
  );
  const meta = { updated: "2024-01-01", panels: ["tree"] };
  const whole = JSON.stringify({ version: "v2", meta, tree: { name: "root", node_attrs: { div: 0 } } });
  expect((await put(server, "/groups/blab/up/whole", mainType, whole)).headers["upload-warnings"]).toBe(
    undefined,
  );
});
