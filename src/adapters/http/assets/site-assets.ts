import { memoize } from "../../../domain/memoize.ts";
import type { Site } from "../../../domain/site.ts";
import { accentStyle } from "./accent-style.ts";
import type { Asset } from "./asset.ts";
import { assetOf } from "./asset.ts";

/** The assets that the operator's settings make: the site's logo, and the shades of its accent colour. */
interface SiteAssets {
  readonly logo: Asset | undefined;
  readonly accent: Asset | undefined;
}

const extensions = { "image/png": "png", "image/svg+xml": "svg" } as const;

export const siteAssets = memoize(
  ({ logo, accentColor }: Site): SiteAssets => ({
    logo: logo && assetOf(`logo.${extensions[logo.type]}`, Buffer.from(logo.bytes)),
    accent:
      accentColor === undefined ? undefined : assetOf("accent.css", Buffer.from(accentStyle(accentColor))),
  }),
);

/** The site as templates show it. */
export const siteView = memoize((site: Site) => {
  const { logo, accent } = siteAssets(site);
  return { ...site, logoHref: logo?.path, accentHref: accent?.path };
});
