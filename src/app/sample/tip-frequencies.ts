import type { JsonObject } from "../../domain/brand.ts";
import { decimalYear } from "./calendar.ts";
import { type Phylogeny, tipsOf } from "./phylogeny.ts";

const daysBetweenPivots = 7;
/** How long a sample speaks for its surroundings: the deviation of a normal curve, in days. */
const width = 14;

/** Auspice's tip frequencies: how large a part of the virus each sample stands for, week by week. */
export const tipFrequencies = ({ root }: Phylogeny): JsonObject => {
  const tips = tipsOf(root);
  const days = tips.map(({ lineage }) => lineage.day);
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const count = Math.ceil((last - first) / daysBetweenPivots) + 1;
  const pivots = Array.from({ length: count }, (_, index) => first + index * daysBetweenPivots);
  const weight = (day: number, pivot: number) => Math.exp(-(((day - pivot) / width) ** 2) / 2);
  const totals = pivots.map((pivot) => days.reduce((sum, day) => sum + weight(day, pivot), 0));
  const ofTip = (day: number) =>
    pivots.map((pivot, index) => Number((weight(day, pivot) / (totals[index] ?? 1)).toFixed(6)));
  return {
    pivots: pivots.map(decimalYear),
    ...Object.fromEntries(tips.map(({ name, lineage }) => [name, { frequencies: ofTip(lineage.day) }])),
  };
};
