import type { Group } from "../../../../domain/groups/group.ts";

/**
 * Which other hosts' images a page shows; each of them learns that somebody reads the page, and from where. The one
 * answer for overviews, narratives and everything else that Auspice shows.
 */
export interface ImageRule {
  /** For `img-src` of a Content-Security-Policy. */
  readonly sources: readonly string[];
  /** A regular expression that the absolute addresses of such images match. */
  readonly pattern: string;
  /** Why an image is not shown, for the person who misses it. */
  readonly otherwise: string;
}

/**
 * @param hosts IMAGE_HOSTS: names of hosts, with `*.` for all below one; `*` for any. Unset, public groups' pages
 *   show images of any host, and other pages of none.
 */
export const imageRules = (hosts: readonly string[] | undefined) => {
  const any = ruleOf(["*"], "only images by https are.");
  const none = ruleOf([], "private pages show none from other hosts, which would learn who reads them.");
  const chosen = hosts && ruleOf(hosts, "this server does not show images from there.");
  return (group: Pick<Group, "isPublic"> | undefined): ImageRule => chosen ?? (group?.isPublic ? any : none);
};

const ruleOf = (hosts: readonly string[], otherwise: string): ImageRule => ({
  sources: hosts.map((host) => (host === "*" ? "https:" : `https://${host}`)),
  pattern: hosts.length === 0 ? "(?!)" : `^https://(?:${hosts.map(hostPattern).join("|")})/`,
  otherwise,
});

const hostPattern = (host: string): string =>
  host.toLowerCase().replaceAll(".", "\\.").replace("*", "[^/@]+");
