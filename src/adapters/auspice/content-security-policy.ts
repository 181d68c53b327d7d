/** The server of the map's tiles, icons and fonts (clients.md, AUS-5). */
const tileServer = "https://tiles.openfreemap.org";

/**
 * The policy that Auspice 3's pages need, tested in Chromium with every panel and a narrative. It allows no inline
 * scripts and no eval, which also blocks functions in the YAML of a narrative.
 * @param images Further sources of images. Local images of a narrative are `data:` URLs.
 */
export const contentSecurityPolicy = (images: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    // styled-components and Leaflet insert inline styles.
    "style-src 'self' 'unsafe-inline'",
    ["img-src 'self' data: blob:", tileServer, ...images].join(" "),
    "font-src 'self'",
    `connect-src 'self' ${tileServer}`,
    // MapLibre creates its workers from blobs.
    "worker-src blob:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
