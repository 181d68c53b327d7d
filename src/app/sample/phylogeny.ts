import type { Lineage } from "./genealogy.ts";
import { evolve, firstGenome, genomeLength, type Mutations } from "./genome.ts";
import type { RandomNumbers } from "./random-numbers.ts";

/** The family tree as sequencing shows it: with mutations, and without what they cannot tell apart. */
export interface Branch {
  readonly name: string;
  readonly lineage: Lineage;
  readonly mutations: Mutations;
  /** Mutations for each base since the root. */
  readonly divergence: number;
  readonly clade: string;
  /** The clade that begins with this branch. */
  readonly foundsClade: string | undefined;
  readonly children: readonly Branch[];
}

export interface Phylogeny {
  readonly root: Branch;
  readonly rootSequence: string;
}

/** Changed bases for each base and day. */
const clockRate = 3.4e-3 / 365;
const smallestClade = 11;

export const tipsOf = (branch: Branch): Branch[] =>
  branch.children.length === 0 ? [branch] : branch.children.flatMap(tipsOf);

const samplesIn = (lineage: Lineage): Lineage[] =>
  lineage.isSample ? [lineage] : lineage.children.flatMap(samplesIn);

const holdsVariant = (lineage: Lineage) => samplesIn(lineage).some(({ host }) => host.hasVariant);

const everyLineage = (lineage: Lineage): Lineage[] => [lineage, ...lineage.children.flatMap(everyLineage)];

/** A for the first line, B for the variant, A.1 and A.2 for the largest branches without it. */
const nameClades = (root: Lineage): ReadonlyMap<Lineage, string> => {
  const founders = new Map([[root, "A"]]);
  const variant = everyLineage(root).find(({ host }) => host.hasVariant);
  if (variant !== undefined) founders.set(variant, "B");
  const large = everyLineage(root)
    .filter((each) => each !== root && !holdsVariant(each) && samplesIn(each).length >= smallestClade)
    .sort((a, b) => samplesIn(b).length - samplesIn(a).length);
  const taken: Lineage[] = [];
  for (const each of large) {
    const apart = taken.every((other) => !everyLineage(other).includes(each));
    if (apart && taken.length < 2) taken.push(each);
  }
  for (const [index, each] of taken.sort((a, b) => a.day - b.day).entries())
    founders.set(each, `A.${index + 1}`);
  return founders;
};

/** Names samples in the order of their dates, and inner nodes as they come. */
const nameAll = (root: Lineage): ReadonlyMap<Lineage, string> => {
  const samples = samplesIn(root).sort((a, b) => a.day - b.day);
  const inner = everyLineage(root).filter(({ isSample }) => !isSample);
  const number = (index: number, digits: number) => String(index + 1).padStart(digits, "0");
  return new Map([
    ...samples.map(
      (each, index) => [each, `${each.host.town.replace(" ", "")}/${number(index, 3)}/2024`] as const,
    ),
    ...inner.map((each, index) => [each, `NODE_${number(index, 4)}`] as const),
  ]);
};

export const phylogenyOf = (genealogy: Lineage, random: RandomNumbers): Phylogeny => {
  const names = nameAll(genealogy);
  const clades = nameClades(genealogy);
  const rootSequence = firstGenome(random);

  /** One branch, or its children when nothing tells it from its parent. */
  const grow = (
    lineage: Lineage,
    parent: Lineage,
    sequence: string,
    changed: number,
    clade: string,
  ): Branch[] => {
    const founded = clades.get(lineage);
    const expected = (lineage.day - parent.day) * genomeLength * clockRate;
    // A clade is named for what sets it apart.
    const changes = Math.max(
      founded === undefined || lineage === genealogy ? 0 : 1,
      random.poisson(expected),
    );
    const evolved = evolve(sequence, lineage === genealogy ? 0 : changes, founded === "B", random);
    const total = changed + evolved.count;
    const ownClade = founded ?? clade;
    const children = lineage.children.flatMap((child) =>
      grow(child, lineage, evolved.sequence, total, ownClade),
    );
    if (!lineage.isSample && evolved.count === 0 && lineage !== genealogy) return children;
    const divergence = Number((total / genomeLength).toFixed(7));
    return [
      {
        name: names.get(lineage) ?? "",
        lineage,
        mutations: evolved.mutations,
        divergence,
        clade: ownClade,
        foundsClade: founded,
        children: children.sort(
          (a, b) => tipsOf(a).length - tipsOf(b).length || a.lineage.day - b.lineage.day,
        ),
      },
    ];
  };

  const [root] = grow(genealogy, genealogy, rootSequence, 0, "A");
  if (root === undefined) throw new Error("The tree has no root.");
  return { root, rootSequence };
};
