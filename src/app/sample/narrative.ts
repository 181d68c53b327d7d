import { dayAndMonth } from "./calendar.ts";
import { type Case, measuresDay, variantTown } from "./epidemic.ts";
import { variantCodon, variantMutation } from "./genome.ts";
import { type Branch, tipsOf } from "./phylogeny.ts";

export interface Story {
  /** Absolute; Auspice looks at its path only. */
  readonly datasetUrl: string;
  readonly cases: readonly Case[];
  readonly root: Branch;
}

const isoYear = "2024";

const facts = ({ cases, root }: Story) => {
  const tips = tipsOf(root);
  const inClade = (name: string) => tips.filter(({ clade }) => clade === name).length;
  const firstIn = (place: string) =>
    Math.min(...tips.filter(({ lineage }) => lineage.host.town === place).map(({ lineage }) => lineage.day));
  return {
    infected: cases.length,
    samples: tips.length,
    towns: new Set(tips.map(({ lineage }) => lineage.host.town)).size,
    variants: inClade("B"),
    variantBegins: cases.find(({ hasVariant }) => hasVariant)?.infectedAt ?? 0,
    firstSample: Math.min(...tips.map(({ lineage }) => lineage.day)),
    lastSample: Math.max(...tips.map(({ lineage }) => lineage.day)),
    afterMeasures: tips.filter(({ lineage }) => lineage.day > measuresDay + 10).length,
    northFrom: firstIn("Northmere"),
  };
};

/** A slide: its heading is the link that says what Auspice shows beside it. */
const slide = (story: Story, heading: string, view: Record<string, string>, text: string): string =>
  `# [${heading}](${story.datasetUrl}?${new URLSearchParams(view)})\n\n${text.trim()}\n`;

/** The narrative that walks through the outbreak, in the Markdown that Auspice reads. */
export const narrative = (story: Story): string => {
  const f = facts(story);
  const { datasetUrl } = story;
  const gene = `gt-${variantCodon.gene}_${variantCodon.codon}`;
  return [
    `---
title: "How the Lakeside virus went around the lake (simulated)"
authors: "The sample data of this server"
date: "January 2025"
dataset: "${datasetUrl}?d=tree,map&c=town"
abstract: "A walk through an outbreak that never happened. The virus, the towns and the people are invented; the panels are those that your own data will fill."
---
`,
    slide(
      story,
      "An outbreak in one picture",
      { d: "tree", c: "town", p: "full" },
      `
Each dot is the virus of one patient, ${f.samples} in all, out of ${f.infected} people who were infected. Dots that
share a branch share an ancestor, and time runs from left to right. Colours are the towns in which the patients live.

The first sample was taken on ${dayAndMonth(f.firstSample)} in **Port Alder**, from a traveller.
Point at a dot to see what is known about it.
`,
    ),
    slide(
      story,
      "Across the water",
      { d: "tree,map", c: "town", r: "town", dmax: `${isoYear}-06-15` },
      `
Here we see the first three months only. The virus went from town to town along the south shore, and reached
Northmere on the other side by ${dayAndMonth(f.northFrom)}.

Lines on the map are inferred from the tree: they join the town of an ancestor to that of its descendant. In the end
all ${f.towns} towns had patients.
`,
    ),
    slide(
      story,
      "A variant from Kestrel Bay",
      { d: "tree,map", c: "clade_membership", label: "clade:B" },
      `
Around ${dayAndMonth(f.variantBegins)} somebody in **${variantTown}** was infected with a virus that spread more
easily than the rest. Its descendants are **clade B**: ${f.variants} of the ${f.samples} samples.

The tree is zoomed to that clade. Choose *Reset layout* at its top to see the rest again.
`,
    ),
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
      { d: "tree,map", c: "setting", dmin: `${isoYear}-08-01` },
      `
On ${dayAndMonth(measuresDay)} schools closed and the ferries stopped. ${f.afterMeasures} samples were taken later than ten
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
  ].join("\n");
};
