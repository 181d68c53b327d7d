import { readFile } from "node:fs/promises";

/** The code blocks of docs/deployment.md. */
export interface DeploymentPage {
  /** The code blocks of a section, by its number. */
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

/** Replaces values in a text. Throws for a value that the text lacks, since the text must have changed then. */
export const filledIn = (text: string, values: Readonly<Record<string, string>>): string =>
  Object.entries(values).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`There is no ${from} in:\n${result}`);
    return result.replaceAll(from, () => to);
  }, text);
