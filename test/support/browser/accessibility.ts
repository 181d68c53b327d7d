import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

const run = `axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  resultTypes: ["violations"],
}).then(({ violations }) =>
  violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => id + ": " + help + ": " + target.join(" "))))`;

/** Violations of WCAG 2.2, levels A and AA, that [axe](https://github.com/dequelabs/axe-core) finds, with their elements. */
export const accessibilityViolations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  return page.evaluate(run) as Promise<string[]>;
};
