import type { JsonObject } from "../../domain/brand.ts";
import { type Branch, type Phylogeny, tipsOf } from "./phylogeny.ts";
import type { RandomNumbers } from "./random-numbers.ts";

/** Whose blood serum it is, and how far each clade's virus evades it, in powers of two. */
const sera = [
  { serum: "Patient 1", clade: "A", againstA: 0, againstB: -2.6 },
  { serum: "Patient 4", clade: "A", againstA: -0.2, againstB: -3.1 },
  { serum: "Patient 9", clade: "A", againstA: 0.1, againstB: -2.2 },
  { serum: "Patient 63", clade: "B", againstA: -1.1, againstB: 0 },
  { serum: "Patient 71", clade: "B", againstA: -0.8, againstB: 0.1 },
] as const;

const testedViruses = 34;
const round = (value: number) => Number(value.toFixed(2));

const neutralisation = (tips: readonly Branch[], random: RandomNumbers): JsonObject => ({
  key: "neutralisation",
  title: "Neutralisation by patients' sera (simulated)",
  x_axis_label: "change of titre (log2)",
  thresholds: [-2],
  fields: [
    { key: "strain", title: "Virus" },
    { key: "serum", title: "Serum" },
    { key: "serum_clade", title: "Clade that the patient had" },
  ],
  groupings: [
    { key: "serum", order: sera.map(({ serum }) => serum) },
    { key: "serum_clade", order: ["A", "B"] },
  ],
  filters: ["serum", "serum_clade"],
  display_defaults: {
    group_by: "serum",
    measurements_display: "raw",
    show_overall_mean: true,
    show_threshold: true,
  },
  measurements: random
    .shuffled(tips)
    .slice(0, testedViruses)
    .flatMap((tip) =>
      sera.map(({ serum, clade, againstA, againstB }) => ({
        strain: tip.name,
        serum,
        serum_clade: clade,
        value: round(random.normal(tip.clade === "B" ? againstB : againstA, 0.45)),
      })),
    ),
});

const swabs = (tips: readonly Branch[], random: RandomNumbers): JsonObject => ({
  key: "ct",
  title: "Virus in the swab (simulated)",
  x_axis_label: "threshold cycle (Ct)",
  fields: [
    { key: "strain", title: "Virus" },
    { key: "setting", title: "Likely setting of infection" },
    { key: "clade", title: "Clade" },
  ],
  groupings: [{ key: "clade" }, { key: "setting" }],
  filters: ["clade", "setting"],
  display_defaults: { group_by: "clade", measurements_display: "mean", show_overall_mean: true },
  measurements: tips.map((tip) => ({
    strain: tip.name,
    setting: tip.lineage.host.setting,
    clade: tip.clade,
    value: round(random.normal(tip.clade === "B" ? 22.5 : 25.5, 2.6)),
  })),
});

/** Auspice's measurements: what laboratories found out about single samples. */
export const measurements = ({ root }: Phylogeny, random: RandomNumbers): JsonObject => {
  const tips = tipsOf(root);
  return {
    default_collection: "neutralisation",
    collections: [neutralisation(tips, random), swabs(tips, random)],
  };
};
