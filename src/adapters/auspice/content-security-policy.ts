/** The map's tiles, icons and letters (clients.md, AUS-5). */
const tiles = "https://tiles.openfreemap.org";

/**
 * What Auspice 3's own pages need, and nothing else; tried in Chromium with every panel and a narrative.
 * Its scripts are files, so none may stand in the page and none may be made of text: that also stops the
 * functions that the YAML of a narrative could otherwise bring along.
 * @param images Sources of images besides these; what a narrative shows from its author's disk comes as `data:`.
 */
export const contentSecurityPolicy = (images: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    // styled-components and Leaflet write their styles into the page.
    "style-src 'self' 'unsafe-inline'",
    ["img-src 'self' data: blob:", tiles, ...images].join(" "),
    "font-src 'self'",
    `connect-src 'self' ${tiles}`,
    // MapLibre's workers.
    "worker-src blob:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
