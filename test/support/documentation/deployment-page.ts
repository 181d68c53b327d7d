import { readFile } from "node:fs/promises";

/** The page for administrators, docs/deployment.md, as somebody reads it who does what it says. */
export interface DeploymentPage {
  /** The blocks of code in the section of this number, in their order. */
  blocks(section: number): readonly string[];
}

export const deploymentPage = async (): Promise<DeploymentPage> => {
  const text = await readFile(new URL("../../../docs/deployment.md", import.meta.url), "utf8");
  const sections = new Map(
    text.split(/^## /m).map((section) => [Number.parseInt(section, 10), section] as const),
  );
  return {
    blocks: (section) =>
      Array.from((sections.get(section) ?? "").matchAll(/^```\w*\n(.*?)^```$/gms), ([, code = ""]) => code),
  };
};

/** The text with other values; one that the text does not hold means that it has changed. */
export const filledIn = (text: string, values: Readonly<Record<string, string>>): string =>
  Object.entries(values).reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`There is no ${from} in:\n${before}`);
    return before.replaceAll(from, () => to);
  }, text);
