import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where `install.js` has put Auspice. */
export interface Installation {
  /** Holds `dist/`, `favicon.png`, `LICENSE.txt` and the converter. */
  readonly folder: string;
  readonly version: string;
}

const projectRoot = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Finds the Auspice that package.json pins. The folder appears by one rename, so it is whole if it is there.
 * @throws Error with one sentence for the operator, when `npm ci --ignore-scripts` has left it out
 */
export const findInstallation = (root: string = projectRoot): Installation => {
  const version: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).auspice?.version;
  if (typeof version !== "string") throw new Error("package.json does not say which Auspice it wants.");
  const folder = join(root, "node_modules", ".cache", `auspice-${version}`);
  if (!existsSync(folder)) {
    throw new Error(`Auspice ${version} is not installed; fetch it with: npm run postinstall`);
  }
  return { folder, version };
};
