/** What a document leads to: the targets of its links and images, outside of code. */
export const linksIn = (markdown: string): readonly string[] =>
  Array.from(
    withoutCode(markdown).matchAll(/\]\(<?([^()\s>]+)>?(?:\s+"[^"]*")?\)/g),
    ([, target = ""]) => target,
  );

const withoutCode = (markdown: string): string =>
  markdown.replace(/^(`{3,}).*?^\1$/gms, "").replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, "`");

/** The anchors that GitHub gives a document's headings: a repeated one gets a number. */
export const anchorsIn = (markdown: string): ReadonlySet<string> => {
  const anchors = new Set<string>();
  for (const [, heading = ""] of markdown.replace(/^(`{3,}).*?^\1$/gms, "").matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    let [anchor, count] = [slug, 0];
    while (anchors.has(anchor)) anchor = `${slug}-${++count}`;
    anchors.add(anchor);
  }
  return anchors;
};

/** The files of a repository as far as links need them; paths count from its root. */
export interface Tree {
  has(path: string): boolean;
  read(path: string): string;
}

/** The links of a document that lead to no file, or to no heading of one; other sites are not asked. */
export const brokenLinks = (document: string, tree: Tree): readonly string[] =>
  linksIn(tree.read(document)).filter((target) => {
    if (/^[a-z][a-z+.-]*:/i.test(target)) return false;
    const root = "repository:/";
    const url = new URL(target, root + document);
    const path = decodeURIComponent(url.pathname.slice(1)).replace(/\/$/, "");
    if (!tree.has(path)) return true;
    return url.hash !== "" && !(path.endsWith(".md") && anchorsIn(tree.read(path)).has(url.hash.slice(1)));
  });
