import type { Group } from "../../../../domain/groups/group.ts";

/**
 * Which images of other hosts a page may load, since each of these hosts learns who reads the page. The same policy
 * applies to overviews, narratives and everything else in Auspice.
 */
export interface ImagePolicy {
  /** Sources for `img-src` of the Content-Security-Policy. */
  readonly sources: readonly string[];
  /** A regular expression that matches the absolute URLs of these images. */
  readonly pattern: string;
  /** Why any other image is not shown, in words for the visitor. */
  readonly blockedReason: string;
}

/**
 * @param hosts The setting IMAGE_HOSTS: host names, `*.` before a domain for its subdomains, `*` for any host. When
 * it is not set, pages of public groups show images of any host, and all other pages of none.
 */
export const imagePolicies = (hosts: readonly string[] | undefined) => {
  const anyHost = policyOf(["*"], "only images by https are.");
  const noHost = policyOf([], "private pages show none from other hosts, which would learn who reads them.");
  const configured = hosts && policyOf(hosts, "this server does not show images from there.");
  return (group: Pick<Group, "isPublic"> | undefined): ImagePolicy =>
    configured ?? (group?.isPublic ? anyHost : noHost);
};

const policyOf = (hosts: readonly string[], blockedReason: string): ImagePolicy => ({
  sources: hosts.map((host) => (host === "*" ? "https:" : `https://${host}`)),
  pattern: hosts.length === 0 ? "(?!)" : `^https://(?:${hosts.map(hostPattern).join("|")})/`,
  blockedReason,
});

const hostPattern = (host: string): string =>
  host.toLowerCase().replaceAll(".", "\\.").replace("*", "[^/@]+");
