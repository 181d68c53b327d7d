import { dayAndMonth, isoDate } from "./calendar.ts";
import { type Case, measuresDay, variantTown } from "./epidemic.ts";
import { variantCodon, variantMutation } from "./genome.ts";
import { type Branch, tipsOf } from "./phylogeny.ts";

export interface Story {
  /** Absolute; Auspice looks at its path only. */
  readonly datasetUrl: string;
  readonly cases: readonly Case[];
  readonly root: Branch;
}

const facts = ({ cases, root }: Story) => {
  const samples = tipsOf(root);
  const days = samples.map(({ lineage }) => lineage.day);
  const firstDays = new Map<string, number>();
  for (const { lineage } of samples.sort((a, b) => a.lineage.day - b.lineage.day)) {
    if (!firstDays.has(lineage.host.town)) firstDays.set(lineage.host.town, lineage.day);
  }
  return {
    infected: cases.length,
    samples: samples.length,
    townsInOrder: [...firstDays].map(([town, day]) => ({ town, day })),
    variants: samples.filter(({ clade }) => clade === "B").length,
    variantBegins: cases.find(({ hasVariant }) => hasVariant)?.infectedAt ?? 0,
    firstSample: Math.min(...days),
    lastSample: Math.max(...days),
    afterMeasures: days.filter((day) => day > measuresDay + 10).length,
  };
};

type Facts = ReturnType<typeof facts>;

/** A slide: its heading is the link that says what Auspice shows beside it. */
const slide = (story: Story, heading: string, view: Record<string, string>, text: string): string =>
  `# [${heading}](${story.datasetUrl}?${new URLSearchParams(view)})\n\n${text.trim()}\n`;

/** The virus comes, spreads, and changes. */
const beginning = (story: Story, f: Facts): readonly string[] => {
  const [first, second, third] = f.townsInOrder;
  return [
    slide(
      story,
      "An outbreak in one picture",
      { d: "tree", c: "town", p: "full" },
      `
Each dot is the virus of one patient, ${f.samples} in all, out of ${f.infected} people who were infected. Dots that
share a branch share an ancestor, and time runs from left to right. Colours are the towns in which the patients live.

The first sample was taken on ${dayAndMonth(f.firstSample)} in **${first?.town}**, from a traveller.
Point at a dot to see what is known about it.
`,
    ),
    slide(
      story,
      "Across the water",
      { d: "tree,map", c: "town", p: "grid", r: "town", dmax: isoDate((third?.day ?? 0) + 2) },
      `
Here we see only the beginning. After ${first?.town} the virus was found in ${second?.town}, and on
${dayAndMonth(third?.day ?? 0)} in ${third?.town} too.

Lines on the map are inferred from the tree: they join the town of an ancestor to that of its descendant. By the end
${f.townsInOrder.length} towns had patients.
`,
    ),
    slide(
      story,
      "A variant from Kestrel Bay",
      { d: "tree,map", c: "clade_membership", p: "grid", label: "clade:B" },
      `
Around ${dayAndMonth(f.variantBegins)} somebody in **${variantTown}** was infected with a virus that spread more
easily than the rest. Its descendants are **clade B**: ${f.variants} of the ${f.samples} samples.

The tree is zoomed to that clade, and the map shows only where its patients live.
`,
    ),
  ];
};

/** What became of the variant, and of the outbreak. */
const outcome = (story: Story, f: Facts): readonly string[] => {
  const gene = `gt-${variantCodon.gene}_${variantCodon.codon}`;
  return [
    slide(
      story,
      "What sets it apart",
      { d: "tree,entropy", c: gene, p: "full" },
      `
Every genome of clade B has the change **${variantMutation}** in gene ${variantCodon.gene}, which none of the others has.
The tree is now coloured by the amino acid at that place.

The panel below shows how much each place in the genome varies. Click on another bar to colour the tree by it.
`,
    ),
    slide(
      story,
      "One clade takes over",
      { d: "tree,frequencies", c: "clade_membership", p: "full" },
      `
The lower panel shows which part of the virus each clade made up, week by week. Clade B grew from a single case
until hardly anything else was left.
`,
    ),
    slide(
      story,
      "Do antibodies still hold?",
      {
        d: "tree,measurements",
        c: "clade_membership",
        p: "grid",
        m_collection: "neutralisation",
        m_groupBy: "serum",
      },
      `
Blood serum of five patients was tried against viruses of the outbreak. Sera of patients who had clade A
stop clade B far less well: many measurements lie beyond the line at a quarter of the titre. The sera of those who had
clade B work on both.

Of course, these numbers are as invented as all the others.
`,
    ),
    slide(
      story,
      "How it ended",
      { d: "tree,map", c: "setting", p: "grid", dmin: isoDate(measuresDay - 14) },
      `
On ${dayAndMonth(measuresDay)} the ferries stopped and gatherings were called off. ${f.afterMeasures} samples were taken later than ten
days after that; the last one dates from ${dayAndMonth(f.lastSample)}.

Colours now show where people were probably infected.
`,
    ),
    slide(
      story,
      "Your own data",
      { d: "tree,map,entropy,frequencies", c: "town", p: "grid" },
      `
Nothing of this is real, but all of it works: colour by something else, filter by town, play the animation of the map.

Then replace it by a dataset of your own. A narrative like this one is a Markdown file: each heading is a link
to the view that belongs beside it.
`,
    ),
  ];
};

/** The narrative that walks through the outbreak, in the Markdown that Auspice reads. */
export const narrative = (story: Story): string => {
  const f = facts(story);
  const { datasetUrl } = story;
  return [
    `---
title: "How the Lakeside virus went around the lake (simulated)"
authors: "The sample data of this server"
date: "January 2025"
dataset: "${datasetUrl}?d=tree,map&c=town&p=grid"
abstract: "A walk through an outbreak that never happened. The virus, the towns and the people are invented; the panels are those that your own data will fill."
---
`,
    ...beginning(story, f),
    ...outcome(story, f),
  ].join("\n");
};
