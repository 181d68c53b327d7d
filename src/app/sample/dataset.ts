import type { JsonObject } from "../../domain/brand.ts";
import { decimalYear } from "./calendar.ts";
import { sampleSize, settingNames } from "./epidemic.ts";
import { genes, genomeLength, translate } from "./genome.ts";
import { districtColours, townNames, towns } from "./lakeside.ts";
import { type Branch, type Phylogeny, tipsOf } from "./phylogeny.ts";

/*
 * Auspice's v2 dataset JSON: the main file and its root sequence.
 */

export const title = "Simulated outbreak of the invented Lakeside virus";

const cladeColours = [
  ["A", "#4C90C0"],
  ["A.1", "#75B681"],
  ["A.2", "#C9B843"],
  ["B", "#DC2F24"],
];

const settingColours = ["#5E4FA2", "#3288BD", "#66C2A5", "#F46D43", "#D9A425"];

const description = `
**Nothing here happened.** The virus, the towns, the people and the genomes were made by a seeded random number
generator, so that this server has something to show. The towns are drawn on a real map because the map needs one.

One traveller brings the virus to Port Alder. It spreads around the lake, a variant arises that spreads more
easily, and the outbreak ends after the ferries stop and gatherings are called off. Every panel shows the same ${sampleSize} samples.
Replace this dataset by one of your own whenever you like.
`.trim();

const colorings = [
  { key: "gt", title: "Genotype", type: "categorical" },
  { key: "num_date", title: "Sampling date", type: "continuous" },
  {
    key: "town",
    title: "Town",
    type: "categorical",
    scale: townNames.map((name) => [name, towns[name].colour]),
  },
  { key: "district", title: "District", type: "categorical", scale: Object.entries(districtColours) },
  { key: "clade_membership", title: "Clade", type: "categorical", scale: cladeColours },
  {
    key: "setting",
    title: "Likely setting of infection",
    type: "categorical",
    scale: settingNames.map((name, index) => [name, settingColours[index] ?? "#888888"]),
  },
  { key: "age", title: "Age in years", type: "continuous" },
  { key: "author", title: "Laboratory", type: "categorical" },
];

const middle = (names: readonly (keyof typeof towns)[]) => ({
  latitude: Number((names.reduce((sum, name) => sum + towns[name].latitude, 0) / names.length).toFixed(3)),
  longitude: Number((names.reduce((sum, name) => sum + towns[name].longitude, 0) / names.length).toFixed(3)),
});

const geoResolutions = [
  {
    key: "town",
    title: "Town",
    demes: Object.fromEntries(townNames.map((name) => [name, middle([name])])),
  },
  {
    key: "district",
    title: "District",
    demes: Object.fromEntries(
      Object.keys(districtColours).map((district) => [
        district,
        middle(townNames.filter((name) => towns[name].district === district)),
      ]),
    ),
  },
];

const genomeAnnotations = {
  nuc: { start: 1, end: genomeLength, strand: "+", type: "source" },
  ...Object.fromEntries(
    genes.map(({ name, start, end }) => [name, { start, end, strand: "+", type: "CDS", gene: name }]),
  ),
};

const meta = {
  title,
  description,
  warning: "Simulated data: the virus, the towns and the people are invented.",
  updated: "2025-01-15",
  maintainers: [{ name: "the Nextstrain Groups Server, as sample data" }],
  data_provenance: [{ name: "a seeded simulation" }],
  panels: ["tree", "map", "measurements", "entropy", "frequencies"],
  colorings,
  geo_resolutions: geoResolutions,
  filters: ["town", "district", "clade_membership", "setting", "author"],
  genome_annotations: genomeAnnotations,
  display_defaults: {
    color_by: "town",
    geo_resolution: "town",
    distance_measure: "num_date",
    layout: "rect",
    branch_label: "clade",
    map_triplicate: false,
    transmission_lines: true,
    panels: ["tree", "map", "entropy", "frequencies"],
  },
};

/** A sample's place is known; an ancestor's is inferred, the less surely the more its descendants moved. */
const inferredPlace = (branch: Branch, placeOf: (branch: Branch) => string): JsonObject => {
  const value = placeOf(branch);
  if (branch.lineage.isSample) return { value };
  const tips = tipsOf(branch);
  const [other] = tips.map(placeOf).filter((place) => place !== value);
  if (other === undefined) return { value, confidence: { [value]: 1 }, entropy: 0 };
  const elsewhere = tips.filter((tip) => placeOf(tip) !== value).length / tips.length;
  const sure = Number((1 - 0.35 * elsewhere).toFixed(3));
  const unsure = Number((1 - sure).toFixed(3));
  const entropy = -sure * Math.log(sure) - unsure * Math.log(unsure);
  return { value, confidence: { [value]: sure, [other]: unsure }, entropy: Number(entropy.toFixed(4)) };
};

const townOf = ({ lineage }: Branch) => lineage.host.town;
const districtOf = ({ lineage }: Branch) => towns[lineage.host.town].district;
const laboratoryOf = (branch: Branch) =>
  `${districtOf(branch) === "South shore" ? "South" : "North"} Shore Laboratory (simulated)`;

const dateOf = ({ lineage }: Branch): JsonObject => {
  const { day, isSample } = lineage;
  const [early, late] = isSample ? [0, 0] : [9, 5];
  return { value: decimalYear(day), confidence: [decimalYear(day - early), decimalYear(day + late)] };
};

const labelsOf = ({ foundsClade, mutations }: Branch): JsonObject => {
  const { nuc: _, ...byGene } = mutations;
  const aa = Object.entries(byGene).map(([gene, changes]) => `${gene}: ${changes.join(", ")}`);
  return {
    ...(foundsClade === undefined ? {} : { clade: foundsClade }),
    ...(aa.length === 0 ? {} : { aa: aa.join("; ") }),
  };
};

const nodeOf = (branch: Branch): JsonObject => {
  const { host, isSample } = branch.lineage;
  const ofSamples = {
    setting: { value: host.setting },
    age: { value: host.age },
    author: { value: laboratoryOf(branch) },
  };
  return {
    name: branch.name,
    node_attrs: {
      div: branch.divergence,
      num_date: dateOf(branch),
      town: inferredPlace(branch, townOf),
      district: inferredPlace(branch, districtOf),
      clade_membership: { value: branch.clade },
      ...(isSample ? ofSamples : {}),
    },
    branch_attrs: { mutations: branch.mutations, labels: labelsOf(branch) },
    ...(branch.children.length === 0 ? {} : { children: branch.children.map(nodeOf) }),
  };
};

export const mainDataset = ({ root }: Phylogeny): JsonObject => ({ version: "v2", meta, tree: nodeOf(root) });

export const rootSequence = ({ rootSequence: nuc }: Phylogeny): JsonObject => ({
  nuc,
  ...Object.fromEntries(genes.map((gene) => [gene.name, translate(nuc, gene)])),
});
