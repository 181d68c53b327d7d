import { gzipSync } from "node:zlib";
import type { ObjectKey } from "../../../src/domain/resources/object-key.ts";
import type { RunningServer } from "../server/running-server.ts";
import type { Stored } from "../stores/stored.ts";

/** An object to write directly into a server's store, like an operator who copies files into the bucket. */
export interface PlainObject {
  readonly type: string;
  readonly content: string | Uint8Array;
  /** Default: compressed, like uploads. "claimed": the content is not compressed, although its metadata say gzip. */
  readonly encoding?: "gzip" | "none" | "claimed";
}

const never = new AbortController().signal;

/** Writes objects directly into the server's store. */
export const putObjects = async (
  server: { readonly stored: Pick<Stored, "openObjects"> },
  objects: Readonly<Record<string, PlainObject>>,
): Promise<void> => {
  const store = await server.stored.openObjects();
  for (const [key, { type, content, encoding = "gzip" }] of Object.entries(objects)) {
    const body = (async function* () {
      yield encoding === "gzip" ? gzipSync(content) : Buffer.from(content);
    })();
    const encoded = encoding !== "none" ? { contentEncoding: "gzip" as const } : {};
    await store.write(key as ObjectKey, { contentType: type, ...encoded, body }, { kind: "none" }, never);
  }
  await store.close();
};

export const dataset = (file = "main"): string => `application/vnd.nextstrain.dataset.${file}+json`;
export const narrative = "text/vnd.nextstrain.narrative+markdown";

/** A minimal v2 dataset. */
export const mainContent = (title: string): string =>
  JSON.stringify({ version: "v2", meta: { title, panels: ["tree"] }, tree: { name: "root" } });

export const narrativeContent = (title: string): string =>
  `---\ntitle: ${title}\ndataset: https://example.org/groups/blab/ncov\n---\n\n# [One](https://example.org/groups/blab/ncov)\n\nText.\n`;

/** Writes a dataset with all sidecars, a narrative, a logo and an overview into each of these groups. */
export const putSamples = (server: RunningServer, ...groups: readonly string[]): Promise<void> =>
  putObjects(server, Object.fromEntries(groups.flatMap(samplesOf)));

const samplesOf = (group: string): [string, PlainObject][] => [
  [`${group}/datasets/ncov_19B.json`, { type: dataset(), content: mainContent(`${group} 19B`) }],
  ...["root-sequence", "tip-frequencies", "measurements"].map((file): [string, PlainObject] => [
    `${group}/datasets/ncov_19B_${file}.json`,
    { type: dataset(file), content: `{"${file}":"of ${group}"}` },
  ]),
  [`${group}/narratives/test_fixture.md`, { type: narrative, content: narrativeContent(group) }],
  [`${group}/group-logo.png`, { type: "image/png", content: logo }],
  [
    `${group}/group-overview.md`,
    { type: "text/markdown", content: `---\ntitle: The lab ${group}\n---\nWords.\n` },
  ],
];

/** One white pixel, as PNG. */
export const logo = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4////fwAJ+wP9KobjigAAAABJRU5ErkJggg==",
  "base64",
);
