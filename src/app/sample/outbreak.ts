/*
 * The sample data of the demo groups: a simulated outbreak. A pure function of a seed, so that two
 * installations show the same, and a file that a user has not touched can be told by its bytes.
 */
import type { JsonObject } from "../../domain/brand.ts";
import type { Group } from "../../domain/groups/group.ts";
import type { ObjectKind } from "../../domain/resources/media-type.ts";
import {
  datasetKey,
  logoKey,
  narrativeKey,
  type ObjectKey,
  overviewKey,
} from "../../domain/resources/object-key.ts";
import { type DatasetType, type Resource, resourcePath } from "../../domain/resources/resource.ts";
import { mainDataset, rootSequence } from "./dataset.ts";
import { simulateEpidemic } from "./epidemic.ts";
import { genealogyOf } from "./genealogy.ts";
import { logo } from "./logo.ts";
import { measurements } from "./measurements.ts";
import { narrative, type Story } from "./narrative.ts";
import { overview } from "./overview.ts";
import { phylogenyOf } from "./phylogeny.ts";
import { seededNumbers } from "./random-numbers.ts";
import { tipFrequencies } from "./tip-frequencies.ts";

export interface SampleFile {
  readonly key: ObjectKey;
  readonly kind: ObjectKind;
  /** Not compressed. */
  readonly content: Uint8Array;
}

/** Chosen for an outbreak that tells its story well: every town, four clades of fair size. */
export const defaultSeed = 185;

const encode = (text: string) => new TextEncoder().encode(text);

/** What all demo groups share, since it takes a quarter of a second. */
export interface Outbreak {
  readonly story: Omit<Story, "datasetUrl">;
  readonly files: ReadonlyMap<DatasetType, Uint8Array>;
}

export const simulateOutbreak = (seed: number = defaultSeed): Outbreak => {
  const random = seededNumbers(seed);
  const cases = simulateEpidemic(random);
  const phylogeny = phylogenyOf(genealogyOf(cases), random);
  const files: readonly (readonly [DatasetType, JsonObject])[] = [
    ["main", mainDataset(phylogeny)],
    ["root-sequence", rootSequence(phylogeny)],
    ["tip-frequencies", tipFrequencies(phylogeny)],
    ["measurements", measurements(phylogeny, random)],
  ];
  return {
    story: { cases, root: phylogeny.root },
    files: new Map(files.map(([type, json]) => [type, encode(JSON.stringify(json))])),
  };
};

/** All files of one demo group. `origin` stands in the narrative's links, where only the path counts. */
export const sampleFiles = (outbreak: Outbreak, group: Group, origin: string): readonly SampleFile[] => {
  const dataset: Resource = { kind: "dataset", group: group.name, parts: ["lakeside", "2024"] };
  const story = { ...outbreak.story, datasetUrl: `${origin}/${resourcePath(dataset)}` };
  return [
    ...Array.from(
      outbreak.files,
      ([file, content]): SampleFile => ({
        key: datasetKey(dataset, file),
        kind: { kind: "dataset", file },
        content,
      }),
    ),
    {
      key: narrativeKey({ kind: "narrative", group: group.name, parts: ["lakeside", "around-the-lake"] }),
      kind: { kind: "narrative" },
      content: encode(narrative(story)),
    },
    { key: overviewKey(group.name), kind: { kind: "overview" }, content: encode(overview(group.isPublic)) },
    {
      key: logoKey(group.name),
      kind: { kind: "logo" },
      content: logo(group.isPublic ? "public" : "private"),
    },
  ];
};
