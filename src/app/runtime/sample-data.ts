import { join } from "node:path";
import { readOrCreateTextFile, readTextFile } from "../../adapters/filesystem/text-file.ts";
import { collectGarbage } from "../../adapters/shared/collect-garbage.ts";
import { storedMediaType } from "../../domain/resources/media-type.ts";
import type { RoleGroupCatalogue } from "../../ports/driven/identity/role-group-catalogue.ts";
import type { ContentCheck } from "../../ports/driven/resources/content-check.ts";
import type { ResourceStore } from "../../ports/driven/resources/resource-store.ts";

interface Deps {
  readonly catalogue: RoleGroupCatalogue;
  readonly store: ResourceStore;
  readonly contentCheck: ContentCheck;
  /** Holds a marker file once the sample was added, so that what a user removes stays removed. */
  readonly folder: string;
  /** For the addresses in the narrative. */
  readonly origin: string;
}

const demoGroups = ["demo", "demo-private"];
const never = new AbortController().signal;

/** Adds the simulated outbreak to the demo groups at the first start, without overwriting anything. */
export const addSampleData = async (d: Deps): Promise<void> => {
  const marker = join(d.folder, "sample-data");
  if ((await readTextFile(marker)) !== undefined) return;
  const { sampleFiles, simulateOutbreak } = await import("../sample/outbreak.ts");
  const groups = demoGroups.map((name) => d.catalogue.find(name)).filter((group) => group !== undefined);
  const outbreak = simulateOutbreak();
  for (const { key, kind, content } of groups.flatMap((group) => sampleFiles(outbreak, group, d.origin))) {
    const body = d.contentCheck.check(kind, { encoding: "identity", body: whole(content) }, never);
    const stored = { contentType: storedMediaType(kind), contentEncoding: "gzip" as const, body };
    await d.store.write(key, stored, { kind: "absent" }, never);
  }
  await readOrCreateTextFile(
    marker,
    () => "The sample data was added. Remove this file to have what is missing added again.\n",
  );
  // What the simulation leaves behind; a server on a laptop should not begin by being large (`npm run bench start`).
  collectGarbage();
};

async function* whole(content: Uint8Array): AsyncIterable<Uint8Array> {
  yield content;
}
