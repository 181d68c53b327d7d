/** The Markdown with which a demo group introduces itself. */
export const overview = (isPublic: boolean): string => `---
title: ${isPublic ? "Lakeside demo, open to all" : "Lakeside demo, for members only"}
byline: Sample data of this server
showDatasets: true
showNarratives: true
---
${
  isPublic
    ? "Everybody may read what this group publishes, without logging in."
    : "Only people with a role in this group can see it, or can tell that it exists."
}

Its dataset is a **simulated** outbreak of the invented Lakeside virus, and its narrative walks through that
outbreak. No person, place or sequence in them is real.

Whoever is an *editor* or an *owner* of this group can replace all of this, by the form on this page or with the
Nextstrain command line.
`;
