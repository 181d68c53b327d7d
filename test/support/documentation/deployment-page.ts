import { readFile } from "node:fs/promises";

/** docs/deployment.md, for a test that follows its instructions. */
export interface DeploymentPage {
  /** The code blocks of the section with this number, in order. */
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

/** Replaces values in the text. Throws when it does not contain one, since it has then changed. */
export const filledIn = (text: string, values: Readonly<Record<string, string>>): string =>
  Object.entries(values).reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`There is no ${from} in:\n${before}`);
    return before.replaceAll(from, () => to);
  }, text);
