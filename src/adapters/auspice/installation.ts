import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** Auspice, as `install.js` has installed it. */
export interface Installation {
  /** Contains `dist/`, `favicon.png`, `LICENSE.txt` and the converter. */
  readonly folder: string;
  readonly version: string;
}

const manifestSchema = z.object({ auspice: z.object({ version: z.string() }) });

const projectRoot = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Finds the version of Auspice that package.json pins. Its folder is created by a rename, and is complete if it
 * exists.
 * @throws Error with a sentence for the operator, if it is missing (for example after `npm ci --ignore-scripts`)
 */
export const findInstallation = (root: string = projectRoot): Installation => {
  const manifest = manifestSchema.safeParse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  if (!manifest.success) throw new Error("package.json does not say which Auspice it wants.");
  const { version } = manifest.data.auspice;
  const folder = join(root, "node_modules", ".cache", `auspice-${version}`);
  if (!existsSync(folder)) {
    throw new Error(`Auspice ${version} is not installed; fetch it with: npm run postinstall`);
  }
  return { folder, version };
};
