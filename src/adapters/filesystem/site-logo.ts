import { open } from "node:fs/promises";
import type { SiteLogo } from "../../domain/site.ts";
import { maxSiteLogoBytes, parseSiteLogo } from "../../domain/site.ts";

/** No more of the file than can be a logo, and one byte that tells that there is more. */
const readStart = async (path: string): Promise<Uint8Array> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxSiteLogoBytes + 1), 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

/** Reads the file of SITE_LOGO; `problem` ends a sentence that begins with the path. */
export const readSiteLogo = async (
  path: string,
): Promise<{ readonly logo: SiteLogo } | { readonly problem: string }> => {
  let bytes: Uint8Array;
  try {
    bytes = await readStart(path);
  } catch (error) {
    return { problem: `cannot be read (${error instanceof Error ? error.message : String(error)}).` };
  }
  if (bytes.length > maxSiteLogoBytes) {
    return { problem: `has more than ${maxSiteLogoBytes / 1000} kB. Take a smaller one.` };
  }
  const logo = parseSiteLogo(bytes);
  return logo ? { logo } : { problem: "is neither a PNG nor an SVG file." };
};
