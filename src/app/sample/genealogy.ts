import type { Case } from "./epidemic.ts";

/** A point in the virus's family tree: a swab, or the moment when two sampled lines part. */
export interface Lineage {
  readonly day: number;
  /** Whose infection this is, at that moment. */
  readonly host: Case;
  readonly isSample: boolean;
  readonly children: readonly Lineage[];
}

type Infected = ReadonlyMap<Case, readonly Case[]>;

const infectedByEach = (cases: readonly Case[]): Infected => {
  const infected = new Map<Case, Case[]>();
  for (const each of cases) {
    if (each.infectedBy !== undefined)
      infected.set(each.infectedBy, [...(infected.get(each.infectedBy) ?? []), each]);
  }
  return infected;
};

/** What leaves a host, latest first: the lines of those it infected, and its own swab. */
const departures = (host: Case, infected: Infected): { day: number; line: Lineage }[] => {
  const lines = (infected.get(host) ?? [])
    .map((each) => ({ day: each.infectedAt, line: lineOf(each, infected) }))
    .filter((each): each is { day: number; line: Lineage } => each.line !== undefined);
  if (host.sampledAt !== undefined) {
    const day = host.sampledAt;
    lines.push({ day, line: { day, host, isSample: true, children: [] } });
  }
  return lines.sort((a, b) => b.day - a.day);
};

/** The family tree of the samples from one infection on; undefined when nobody was sampled. */
const lineOf = (host: Case, infected: Infected): Lineage | undefined => {
  const [latest, ...earlier] = departures(host, infected);
  return earlier.reduce<Lineage | undefined>(
    (rest, { day, line }) =>
      rest === undefined ? line : { day, host, isSample: false, children: [line, rest] },
    latest?.line,
  );
};

/** The family tree of all samples. */
export const genealogyOf = (cases: readonly Case[]): Lineage => {
  const [first] = cases;
  const tree = first && lineOf(first, infectedByEach(cases));
  if (tree === undefined) throw new Error("Nobody was sampled.");
  return tree;
};
