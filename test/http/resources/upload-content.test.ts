import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
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

const server = testServer({ environment: { MAX_UPLOAD_BYTES: "3000000" } });

const gzip = { "Content-Encoding": "gzip" };
const packed = gzipSync(mainDataset);
const png = pngOf(10, 10);
const frontMatter = (yaml: string): string => `---\n${yaml}\n---\n\nText\n`;
/** Each alias expands to twice the previous one. */
const aliases = Array.from(
  { length: 40 },
  (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1}, *a${i - 1}`}]`,
);

const targets = {
  dataset: ["/groups/blab/content/a", mainType, mainDataset],
  frequencies: ["/groups/blab/content/a", datasetType("tip-frequencies"), '{"pivots": []}'],
  measurements: ["/groups/blab/content/a", datasetType("measurements"), '{"collections": []}'],
  narrative: ["/groups/blab/narratives/content/a", narrativeType, narrative],
  logo: ["/groups/blab/settings/logo", "image/png", png],
  overview: ["/groups/blab/settings/overview", "text/markdown", "Hello\n"],
} as const;

type Row = [string, keyof typeof targets, string | Uint8Array, RegExp, Record<string, string>?];

const rows: Row[] = [
  ["is empty", "dataset", "", /empty/],
  ["is blank", "dataset", " \n\n", /blank/],
  ["is no JSON", "dataset", "hello", /not JSON/],
  ["is JSON that is cut off", "dataset", mainDataset.slice(0, -3), /not complete JSON/],
  ["is two JSON documents", "dataset", mainDataset + mainDataset, /not JSON/],
  ["is JSON with a trailing comma", "dataset", '{"meta": {}, "tree": {},}', /not JSON/],
  ["is JSON with NaN", "dataset", '{"meta": {}, "tree": {"a": NaN}}', /NaN/],
  ["is JSON with a byte order mark", "dataset", `\ufeff${mainDataset}`, /byte order mark/],
  [
    "is JSON with bytes that are no UTF-8",
    "dataset",
    Buffer.from('{"meta": {"a": "\xff"}, "tree": {}}', "latin1"),
    /UTF-8/,
  ],
  ["is JSON in UTF-16", "dataset", Buffer.from(mainDataset, "utf16le"), /\./],
  ["is a list", "dataset", "[]", /object/],
  ["has no meta", "dataset", '{"tree": {}}', /"meta"/],
  ["has no tree", "dataset", '{"meta": {}}', /"tree"/],
  ["has a meta that is a list", "dataset", '{"meta": [], "tree": {}}', /"meta"/],
  ["has a tree that is text", "dataset", '{"meta": {}, "tree": "(a,b)"}', /"tree"/],
  ["has a tree without a name, which Auspice cannot draw", "dataset", '{"meta": {}, "tree": {}}', /"name"/],
  ["has an empty list of trees", "dataset", '{"meta": {}, "tree": []}', /"tree"/],
  ["is nested 100 000 levels deep", "dataset", `{"meta": {}, "tree": {"a": ${"[".repeat(100_000)}`, /deep/],
  ["is no gzip, but says so", "dataset", mainDataset, /not gzip/, gzip],
  ["is gzip that is cut off", "dataset", packed.subarray(0, -5), /gzip/, gzip],
  [
    "is gzip with a byte that is wrong",
    "dataset",
    Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)]),
    /gzip/,
    gzip,
  ],
  ["is gzip with something behind it", "dataset", Buffer.concat([packed, Buffer.from("more")]), /gzip/, gzip],
  ["is gzip of bad JSON", "dataset", gzipSync("{"), /JSON/, gzip],
  ["is gzip, but does not say so", "dataset", packed, /\./],
  [
    "is a bomb",
    "dataset",
    gzipSync(`{"meta": {}, "tree": {"a": "${"a".repeat(20_000_000)}"}}`),
    /3 MB/,
    gzip,
  ],
  ["is plain and one byte too large", "dataset", mainDataset.padEnd(3_000_001), /3 MB/],
  ["has no pivots", "frequencies", "{}", /"pivots"/],
  ["has no collections", "measurements", "{}", /"collections"/],
  ["has no front matter", "narrative", "# Hello\n", /front matter/],
  ["has front matter without an end", "narrative", "---\ntitle: a\n", /front matter/],
  ["has front matter that is no YAML", "narrative", frontMatter("title: [a"), /front matter/],
  ["is not UTF-8", "narrative", Buffer.from(frontMatter("title: \xff"), "latin1"), /UTF-8/],
  ["has a bomb of aliases", "narrative", frontMatter(aliases.join("\n")), /front matter/],
  ["is a JPEG", "logo", Buffer.from("ffd8ffe000104a464946", "hex"), /PNG/],
  ["is cut off", "logo", png.subarray(0, -6), /damaged/],
  ["has something behind its end", "logo", Buffer.concat([png, Buffer.from("<script>")]), /damaged/],
  ["has too many pixels", "logo", pngOf(60_000, 60_000), /pixels/],
  ["is too large for a logo", "logo", Buffer.concat([png, Buffer.alloc(2_500_000)]), /2 MB/],
  ["cannot be parsed", "overview", frontMatter("title: [a"), /front matter/],
  ["has a bomb of aliases", "overview", frontMatter(aliases.join("\n")), /front matter/],
  ["is not UTF-8", "overview", Buffer.from("\xff", "latin1"), /UTF-8/],
];

beforeEach(async () => {
  for (const [path, type, content] of Object.values(targets)) await put(server, path, type, content);
});

describe("an upload that", () => {
  test.each(rows)(
    "%s is rejected with a reason, and the old %s stays",
    async (_, target, body, why, headers = {}) => {
      const [path, type, content] = targets[target];
      const before = await get(server, path, type);
      expect(before.bytes.equals(Buffer.from(content))).toBe(true);
      const answer = await put(server, path, type, body, headers);
      expect(answer.status).toBe(400);
      expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
      const { error } = answer.json() as { error: string };
      expect(error).toMatch(why);
      expect(error).toMatch(/[.?]$/);
      expect(error.length).toBeLessThan(400);
      const after = await get(server, path, type);
      expect([after.headers["etag"], after.text]).toEqual([before.headers["etag"], before.text]);
    },
  );

  test("was rejected leaves nothing on the disk", async () => {
    const before = [...(await server.stored.objects()).keys()];
    await put(server, "/groups/blab/content/new", mainType, mainDataset.slice(0, -1));
    expect([...(await server.stored.objects()).keys()]).toEqual(before);
    expect((await get(server, "/groups/blab/content/new", mainType)).status).toBe(404);
  });

  test.each([
    [
      "some thousand levels deep",
      `{"meta": {}, "tree": {"name": "root", "children": [${'{"children": ['.repeat(8000)}{}${"]}".repeat(8000)}]}}`,
    ],
    ["a list of trees", '{"meta": {}, "tree": [{"name": "a"}, {"name": "b"}]}'],
    ["surrounded by blanks", `\r\n\t ${mainDataset} \n`],
    ["as large as the limit", mainDataset.padEnd(3_000_000)],
  ])("is %s is accepted", async (_, body) => {
    const answer = await put(server, "/groups/blab/content/good", mainType, body);
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect((await get(server, "/groups/blab/content/good", mainType)).text).toBe(body);
  });
});

describe("front matter that Auspice reads and stricter parsers reject", () => {
  const forms: [string, string][] = [
    [
      "quoted text goes on in the first column",
      'title: Autumn\nbyline: "A lab.\n\nThese words begin in the first column.\n"',
    ],
    ["a tab stands before a name", "title: Autumn\n\tbyline: A lab."],
  ];

  test.each(forms)(
    "is accepted where %s, in narratives and overviews, with its values",
    async (_, source) => {
      for (const target of ["narrative", "overview"] as const) {
        const [path, type] = targets[target];
        expect((await put(server, path, type, frontMatter(source))).status).toBe(204);
        expect((await get(server, path, type)).text).toBe(frontMatter(source));
      }
      const sourceInfo = await server.ask({ path: "/charon/getSourceInfo?prefix=groups/blab" });
      expect(sourceInfo.json()).toMatchObject({ title: "Autumn", byline: expect.stringContaining("A lab.") });
    },
  );
});
