import { readFileSync } from "node:fs";

/** One row of the table of settings in docs/providers.md. */
export interface DocumentedProvider {
  readonly name: string;
  /** All settings of the row, with placeholders in `<…>`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly testedWith: string;
}

const cellsOf = (line: string): readonly string[] =>
  line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());

const codeIn = (cell: string): readonly string[] =>
  Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = ""]) => code);

/**
 * The settings of a row. A column's head names its setting; in a column without one, each code is a setting with its
 * value.
 */
const settingsIn = (heads: readonly string[], cells: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    heads.flatMap((head, i) => {
      const codes = codeIn(cells[i] ?? "");
      const [setting] = codeIn(head);
      if (setting !== undefined) return codes.map((value) => [setting, value]);
      return codes.map((code) => [code.slice(0, code.indexOf("=")), code.slice(code.indexOf("=") + 1)]);
    }),
  );

/** The settings of docs/providers.md. */
export const documentedProviders = (): readonly DocumentedProvider[] => {
  const document = readFileSync(new URL("../../../docs/providers.md", import.meta.url), "utf8");
  const lines = document.split("\n").filter((line) => line.startsWith("|"));
  const heads = cellsOf(lines[0] ?? "");
  return lines.slice(2).map((line) => {
    const cells = cellsOf(line);
    const [name = ""] = cells;
    return { name, settings: settingsIn(heads, cells), testedWith: cells.at(-1) ?? "" };
  });
};

/** The settings of a provider, with placeholders in `<…>` replaced. */
export const documentedSettings = (
  provider: string,
  replacements: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const found = documentedProviders().find(({ name }) => name === provider);
  if (!found) throw new Error(`docs/providers.md has no row for ${provider}`);
  const fill = (text: string): string =>
    text.replace(/<([^<>]+)>/g, (placeholder, word: string) => replacements[word] ?? placeholder);
  return Object.fromEntries(Object.entries(found.settings).map(([name, value]) => [name, fill(value)]));
};
