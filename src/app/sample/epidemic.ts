import { type TownName, towns } from "./lakeside.ts";
import type { RandomNumbers } from "./random-numbers.ts";

/** One infected person. Times are days since the first infection. */
export interface Case {
  readonly infectedBy: Case | undefined;
  readonly infectedAt: number;
  readonly town: TownName;
  /** Infected with the variant that spreads more easily. */
  readonly hasVariant: boolean;
  readonly setting: Setting;
  readonly age: number;
  /** When a swab was taken for sequencing; undefined for most people. */
  sampledAt?: number;
}

const settings = { Household: 42, School: 22, Workplace: 18, "Health care": 10, "Ferry and travel": 8 };
export type Setting = keyof typeof settings;
export const settingNames = Object.keys(settings) as Setting[];

export const sampleSize = 120;
/** The day on which the ferries stopped and gatherings were called off. */
export const measuresDay = 165;
/** The variant appears by this day, where it can still be seen to grow. */
const variantDay = 70;
export const variantTown: TownName = "Kestrel Bay";

const spread = { before: 1.42, variantFactor: 1.45, after: 0.45 };
/** Few people infect many (a negative binomial number of others). */
const dispersion = 0.6;
const mostCases = 1400;

const ages = (setting: Setting, random: RandomNumbers): number => {
  const [mean, deviation] = setting === "School" ? [11, 4] : setting === "Health care" ? [58, 18] : [38, 19];
  return Math.round(Math.min(94, Math.max(1, random.normal(mean, deviation))));
};

const othersInfected = (source: Case, random: RandomNumbers): number => {
  const phase = source.infectedAt > measuresDay ? spread.after : spread.before;
  const mean = phase * (source.hasVariant ? spread.variantFactor : 1);
  return random.poisson(random.gamma(dispersion, mean / dispersion));
};

const infect = (source: Case, variantIsOut: boolean, random: RandomNumbers): Case => {
  const infectedAt = source.infectedAt + random.gamma(4, 2.3);
  const leaves = random.uniform() < (infectedAt > measuresDay ? 0.05 : 0.16);
  const town = leaves ? (random.weighted(towns[source.town].travel) as TownName) : source.town;
  const emerges = !variantIsOut && infectedAt > variantDay && town === variantTown;
  const setting = random.weighted(settings);
  const hasVariant = source.hasVariant || emerges;
  return { infectedBy: source, infectedAt, town, hasVariant, setting, age: ages(setting, random) };
};

/** Everybody infected, in the order in which they infected others; may die out or grow out of hand. */
const spreadFrom = (first: Case, random: RandomNumbers): Case[] => {
  const cases = [first];
  let variantIsOut = false;
  for (let next = 0; next < cases.length && cases.length < mostCases; next += 1) {
    const source = cases[next] as Case;
    for (let count = othersInfected(source, random); count > 0; count -= 1) {
      const infected = infect(source, variantIsOut, random);
      variantIsOut ||= infected.hasVariant;
      cases.push(infected);
    }
  }
  return cases;
};

const isWorthTelling = (cases: readonly Case[]): boolean => {
  const variants = cases.filter((each) => each.hasVariant).length / cases.length;
  const last = cases.reduce((latest, each) => Math.max(latest, each.infectedAt), 0);
  return (
    cases.length > 350 &&
    cases.length < mostCases &&
    variants > 0.3 &&
    variants < 0.6 &&
    last > 200 &&
    last < 300
  );
};

/** An outbreak that begins in Port Alder, reaches every town, brings forth a variant, and ends. */
export const simulateEpidemic = (random: RandomNumbers): readonly Case[] => {
  for (;;) {
    const first: Case = {
      infectedBy: undefined,
      infectedAt: 0,
      town: "Port Alder",
      hasVariant: false,
      setting: "Ferry and travel",
      age: 47,
    };
    const cases = spreadFrom(first, random);
    const reached = new Set(cases.map((each) => each.town));
    if (!isWorthTelling(cases) || reached.size < Object.keys(towns).length) continue;
    const others = random.shuffled(cases.slice(1)).slice(0, sampleSize - 1);
    for (const each of [first, ...others]) each.sampledAt = each.infectedAt + random.gamma(6, 0.9);
    return cases;
  }
};
