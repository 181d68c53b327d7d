import { gunzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { objectRecords } from "../../../src/adapters/records/object-records.ts";
import type { RecordId } from "../../../src/domain/records/record.ts";
import type { Answer } from "../../support/requests/http.ts";
import { dataset, mainContent, putObjects, putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";

/** In bytes, as they are sent: a page with all that it loads, without headers. */
const limit = 60_000;

const hundreds = Array.from({ length: 300 }, (_, index) => index);
/** Differs more from number to number than a count does, as names of labs do. */
const word = (index: number): string => ((index * 7919) % 100_003).toString(36);

const server = testServer();
let Authorization: string;
beforeAll(async () => {
  await putSamples(server, "test-private");
  const object = { type: dataset(), content: mainContent("many") };
  const keyOf = (index: number) => `test-private/datasets/${word(index)}_${2000 + (index % 25)}.json`;
  await putObjects(server, Object.fromEntries(hundreds.map((index) => [keyOf(index), object])));
  const memberships = hundreds.map((index) => ({
    username: `${word(index)}@lakeside.example`,
    role: "viewers",
    addedBy: "olivia",
    addedAt: Math.floor(Date.now() / 1000),
  }));
  const { store, root } = await server.stored.openRecords();
  const key = { kind: "memberships", id: "test-private" as RecordId } as const;
  await objectRecords(store, root).write(
    key,
    { schema: 1, memberships },
    "any",
    new AbortController().signal,
  );
  await store.close();
  Authorization = await server.bearer("olivia", "test-private/owners");
});

const load = (path: string): Promise<Answer> =>
  server.ask({ path, headers: { Accept: "text/html, */*", "Accept-Encoding": "gzip", Authorization } });

const textOf = ({ headers, bytes }: Answer): string =>
  (headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString();

/** What a page, a script or a style sheet loads from this server. */
const loadedBy = (path: string, text: string): readonly string[] =>
  [...text.matchAll(/(?:<(?:link|script|img)[^>]* (?:src|href)=|\bfrom |\bimport |url\()"([^"]+)"/g)]
    .map(([, address = ""]) => new URL(address, `http://localhost${path}`))
    .filter(({ protocol, hostname }) => protocol === "http:" && hostname === "localhost")
    .map(({ pathname }) => pathname);

/** The sizes of all that is loaded with a page, by path. */
const sizesOf = async (page: string): Promise<ReadonlyMap<string, number>> => {
  const sizes = new Map<string, number>();
  const loadAll = async (path: string): Promise<void> => {
    if (sizes.has(path)) return;
    sizes.set(path, 0);
    const answer = await load(path);
    expect(answer.status, path).toBe(200);
    sizes.set(path, answer.bytes.length);
    for (const one of loadedBy(path, textOf(answer))) await loadAll(one);
  };
  await loadAll(page);
  return sizes;
};

test.each([
  ["/groups", 4],
  ["/groups/test-private", 10],
  ["/groups/test-private/settings/members", 6],
  ["/groups/test-private/settings", 6],
])("%s of a group with hundreds of datasets and members has 60 kB at most", async (page, parts) => {
  const sizes = await sizesOf(page);
  expect(sizes.size).toBeGreaterThanOrEqual(parts);
  expect(sizes.values().reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(limit);
});
