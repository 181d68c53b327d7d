import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CliSite } from "../../support/cli/cli-site.ts";
import { openCliSite } from "../../support/cli/cli-site.ts";

const bytes = 200_000_000;

let site: CliSite;

beforeAll(async () => {
  site = await openCliSite();
});
afterAll(() => site?.close());

/** A dataset with as many tips as it takes; it packs well, as real ones do. */
const dataset = function* (size: number): Generator<string> {
  let written = 0;
  const tip = (at: number) =>
    `{"name": "virus/${at}", "node_attrs": {"div": ${at / 1000}, "country": {"value": "Lakeside"}}}`;
  yield '{"version": "v2", "meta": {"title": "Large", "panels": ["tree"]}, "tree": {"name": "root", "children": [\n';
  for (let at = 0; written < size; ) {
    const lines = Array.from({ length: 1000 }, () => tip(at++)).join(",\n");
    written += lines.length;
    yield written < size ? `${lines},\n` : `${lines}\n`;
  }
  yield "]}}\n";
};

const digest = async (path: string): Promise<string> => {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
};

test("a dataset of 200 MB goes up and comes back (CLI-27, CLI-30)", async () => {
  const alice = await site.of("alice");
  const [sent, received] = ["large.json", "back.json"].map((name) => join(alice.folder, name)) as [
    string,
    string,
  ];
  await pipeline(Readable.from(dataset(bytes)), createWriteStream(sent));
  expect((await stat(sent)).size).toBeGreaterThan(bytes);
  const address = `${site.origin}/groups/demo-private/large`;
  const up = await alice.nextstrain("remote", "upload", address, "large.json");
  expect(up).toMatchObject({ code: 0, output: `Uploading large.json as ${address}\n`, errors: "" });
  const expected = await digest(sent);
  await rm(sent);
  const down = await alice.nextstrain("remote", "download", address, "back.json");
  expect(down).toMatchObject({ code: 0, output: `Downloading ${address} as back.json\n`, errors: "" });
  expect(await digest(received)).toBe(expected);
});
