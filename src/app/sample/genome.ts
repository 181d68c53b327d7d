import type { RandomNumbers } from "./random-numbers.ts";

/** A gene on the forward strand; both ends count from 1 and belong to it, the stop codon too. */
export interface Gene {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Base changes by gene, and of the whole genome under `nuc`: letter before, position from 1, letter after. */
export type Mutations = Readonly<Record<string, readonly string[]>>;

export interface Evolved {
  readonly sequence: string;
  readonly mutations: Mutations;
  /** How many bases changed. */
  readonly count: number;
}

const ends = 60;
const gap = 24;
const codonsByGene = { N: 380, M: 170, G: 460, L: 1240 };

const layOut = (): readonly Gene[] => {
  const laid: Gene[] = [];
  for (const [name, codons] of Object.entries(codonsByGene)) {
    const start = (laid.at(-1)?.end ?? ends - gap) + gap + 1;
    laid.push({ name, start, end: start + codons * 3 - 1 });
  }
  return laid;
};

export const genes = layOut();

export const genomeLength = (genes.at(-1)?.end ?? 0) + ends;

/** The change that makes the variant: K to E in gene G. */
export const variantCodon = { gene: "G", codon: 214, before: "AAA", after: "GAA" };
export const variantMutation = "K214E";

const bases = ["A", "C", "G", "T"] as const;
/** The standard genetic code, codons in the order of their bases above. */
const code = "KNKNTTTTRSRSIIMIQHQHPPPPRRRRLLLLEDEDAAAAGGGGVVVV*Y*YSSSS*CWCLFLF";

const aminoAcid = (codon: string): string => {
  const [first = 0, second = 0, third = 0] = [...codon].map((base) =>
    bases.indexOf(base as (typeof bases)[number]),
  );
  return code[first * 16 + second * 4 + third] ?? "X";
};

export const translate = (sequence: string, gene: Gene): string =>
  (sequence.slice(gene.start - 1, gene.end).match(/.../g) ?? []).map(aminoAcid).join("");

const randomBases = (count: number, random: RandomNumbers) =>
  Array.from({ length: count }, () => random.pick(bases)).join("");

const senseCodon = (random: RandomNumbers): string => {
  const codon = randomBases(3, random);
  return aminoAcid(codon) === "*" ? senseCodon(random) : codon;
};

const randomGene = ({ name, start, end }: Gene, random: RandomNumbers): string => {
  const codons = Array.from({ length: (end - start + 1) / 3 }, () => senseCodon(random));
  codons[0] = "ATG";
  codons[codons.length - 1] = "TAA";
  if (name === variantCodon.gene) codons[variantCodon.codon - 1] = variantCodon.before;
  return codons.join("");
};

/** The genome of the first case. */
export const firstGenome = (random: RandomNumbers): string => {
  const sequence = genes.reduce(
    (before, gene) => before + randomBases(gene.start - 1 - before.length, random) + randomGene(gene, random),
    "",
  );
  return sequence + randomBases(genomeLength - sequence.length, random);
};

const transition: Readonly<Record<string, string>> = { A: "G", G: "A", C: "T", T: "C" };

const withBase = (sequence: string, position: number, base: string) =>
  sequence.slice(0, position - 1) + base + sequence.slice(position);

const geneAt = (position: number) => genes.find(({ start, end }) => position >= start && position <= end);

const codonAt = (sequence: string, gene: Gene, position: number) => {
  const start = position - ((position - gene.start) % 3);
  return sequence.slice(start - 1, start + 2);
};

/** How often a change lasts: never a lost start or stop, and seldom another amino acid, least in L. */
const lasts = (before: string, after: string, position: number, random: RandomNumbers): boolean => {
  const gene = geneAt(position);
  if (gene === undefined) return true;
  if (position < gene.start + 3 || position > gene.end - 3) return false;
  const was = aminoAcid(codonAt(before, gene, position));
  const is = aminoAcid(codonAt(after, gene, position));
  if (is === "*") return false;
  return was === is || random.uniform() < (gene.name === "G" ? 0.5 : gene.name === "L" ? 0.15 : 0.3);
};

/** Some change that lasts: where, and to which base. */
const findChange = (sequence: string, random: RandomNumbers): { position: number; base: string } => {
  const position = 1 + random.below(sequence.length);
  const base = sequence[position - 1] ?? "A";
  const others = bases.filter((other) => other !== base && other !== transition[base]);
  const other = (random.uniform() < 0.7 ? transition[base] : others[random.below(others.length)]) ?? base;
  const changed = withBase(sequence, position, other);
  return lasts(sequence, changed, position, random)
    ? { position, base: other }
    : findChange(sequence, random);
};

const inOrder = (positions: Iterable<number>) => [...new Set(positions)].sort((a, b) => a - b);

/** Of one gene, as far as these positions lie in it. */
const aminoAcidChanges = (
  before: string,
  after: string,
  gene: Gene,
  positions: readonly number[],
): string[] => {
  const inGene = positions.filter((position) => position >= gene.start && position <= gene.end);
  return inOrder(inGene.map((position) => Math.floor((position - gene.start) / 3))).flatMap((codon) => {
    const position = gene.start + codon * 3;
    const [was, is] = [before, after].map((sequence) => aminoAcid(codonAt(sequence, gene, position)));
    return was === is ? [] : [`${was}${codon + 1}${is}`];
  });
};

const variantPosition =
  (genes.find(({ name }) => name === variantCodon.gene)?.start ?? 0) + (variantCodon.codon - 1) * 3;

/** Passes a genome on with this many changes, and as the variant if it is where that begins. */
export const evolve = (
  before: string,
  changes: number,
  becomesVariant: boolean,
  random: RandomNumbers,
): Evolved => {
  let sequence = before;
  const touched: number[] = [];
  for (let done = 0; done < changes; done += 1) {
    const { position, base } = findChange(sequence, random);
    sequence = withBase(sequence, position, base);
    touched.push(position);
  }
  if (becomesVariant) {
    for (const [index, base] of [...variantCodon.after].entries()) {
      sequence = withBase(sequence, variantPosition + index, base);
      touched.push(variantPosition + index);
    }
  }
  const positions = inOrder(touched).filter((position) => before[position - 1] !== sequence[position - 1]);
  const nuc = positions.map((position) => `${before[position - 1]}${position}${sequence[position - 1]}`);
  const byGene = genes.map(
    (gene) => [gene.name, aminoAcidChanges(before, sequence, gene, positions)] as const,
  );
  const mutations = [["nuc", nuc] as const, ...byGene].filter(([, changed]) => changed.length > 0);
  return { sequence, mutations: Object.fromEntries(mutations), count: nuc.length };
};
