/*
 * The sample data of the demo groups: a simulated outbreak. A pure function of a seed, so that two
 * installations show the same, and a file that a user has not touched can be told by its bytes.
 */
import type { JsonObject } from "../../domain/brand.ts";
import type { Group } from "../../domain/group.ts";
import type { ObjectKind } from "../../domain/media-type.ts";
import { datasetKey, logoKey, narrativeKey, type ObjectKey, overviewKey } from "../../domain/object-key.ts";
import { type DatasetType, type Resource, resourcePath } from "../../domain/resource.ts";
import { mainDataset, rootSequence } from "./dataset.ts";
import { simulateEpidemic } from "./epidemic.ts";
import { genealogyOf } from "./genealogy.ts";
import { logo } from "./logo.ts";
import { measurements } from "./measurements.ts";
import { narrative } from "./narrative.ts";
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

/**
 * All files of one demo group. `origin` stands in the narrative's links, where only the path counts.
 */
export const sampleOutbreak = (
  group: Group,
  origin: string,
  seed: number = defaultSeed,
): readonly SampleFile[] => {
  const random = seededNumbers(seed);
  const cases = simulateEpidemic(random);
  const phylogeny = phylogenyOf(genealogyOf(cases), random);
  const dataset: Resource = { kind: "dataset", group: group.name, parts: ["lakeside", "2024"] };
  const story = { datasetUrl: `${origin}/${resourcePath(dataset)}`, cases, root: phylogeny.root };

  const datasetFile = (file: DatasetType, json: JsonObject): SampleFile => ({
    key: datasetKey(dataset, file),
    kind: { kind: "dataset", file },
    content: encode(JSON.stringify(json)),
  });

  return [
    datasetFile("main", mainDataset(phylogeny)),
    datasetFile("root-sequence", rootSequence(phylogeny)),
    datasetFile("tip-frequencies", tipFrequencies(phylogeny)),
    datasetFile("measurements", measurements(phylogeny, random)),
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
