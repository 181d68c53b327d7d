import type { PlainObject } from "./stored-objects.ts";
import { dataset } from "./stored-objects.ts";

export interface SmallDataset {
  readonly title?: string;
  readonly tips?: number;
  readonly panels?: readonly string[];
  readonly rootSequence?: boolean;
}

const attributes = (index: number) => ({
  num_date: { value: 2020 + index / 10 },
  div: index / 1000,
  country: { value: index % 2 === 0 ? "New Zealand" : "Fiji" },
});

/** A caterpillar tree: each node has one sample and the next node as children. All trees have the same sample names. */
const ladder = (index: number, tips: number): object => {
  const tip = { name: `sample-${index}`, node_attrs: attributes(index + 1), branch_attrs: {} };
  if (index === tips) return tip;
  return {
    name: `node-${index}`,
    node_attrs: attributes(index),
    branch_attrs: {},
    children: [tip, ladder(index + 1, tips)],
  };
};

/** A v2 dataset of few samples, which Auspice draws in the given panels. */
export const smallMain = ({
  title = "Small",
  tips = 6,
  panels = ["tree"],
  rootSequence = false,
}: SmallDataset) => ({
  version: "v2",
  meta: {
    title,
    updated: "2025-01-15",
    panels,
    colorings: [{ key: "country", title: "Country", type: "categorical" }],
    geo_resolutions: [
      {
        key: "country",
        demes: {
          "New Zealand": { latitude: -41, longitude: 174 },
          Fiji: { latitude: -18, longitude: 178 },
        },
      },
    ],
    display_defaults: { map_triplicate: false },
  },
  tree: ladder(1, tips),
  ...(rootSequence ? { root_sequence: { nuc: "ACGT" } } : {}),
});

/** The same as an object of the store. */
export const smallDataset = (description: SmallDataset = {}): PlainObject => ({
  type: dataset(),
  content: JSON.stringify(smallMain(description)),
});

/** The pair of files of a v1 dataset, with three samples. */
export const v1Pair = (group: string, name: string): Record<string, PlainObject> => {
  const tip = (number: number) => ({
    strain: `old-${number}`,
    attr: { num_date: 2016 + number / 4, div: number / 1000, country: "fiji" },
  });
  const files = {
    meta: {
      title: "A dataset of 2019",
      updated: "2 April 2019",
      maintainer: ["A lab", "https://example.org"],
      color_options: {
        country: {
          menuItem: "country",
          type: "discrete",
          legendTitle: "Country",
          key: "country",
          color_map: [["fiji", "#511EA8"]],
        },
      },
      geo: { country: { fiji: { latitude: -18, longitude: 178 } } },
      filters: ["country"],
      panels: ["tree", "map"],
      virus_count: 3,
    },
    tree: {
      strain: "NODE_1",
      attr: { num_date: 2015.5, div: 0, country: "fiji" },
      children: [tip(1), tip(2), tip(3)],
    },
  };
  return Object.fromEntries(
    Object.entries(files).map(([file, content]) => [
      `${group}/datasets/${name}_${file}.json`,
      { type: "application/json", content: JSON.stringify(content) },
    ]),
  );
};
