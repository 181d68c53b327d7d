import { readFileSync } from "node:fs";

/** The set-up of a store that docs/deployment.md documents. */
export interface DocumentedStore {
  readonly configuration: string;
  /** For the command that starts it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Shell commands to run once it has started. */
  readonly afterwards: readonly string[];
  /** Settings of this server. */
  readonly settings: Readonly<Record<string, string>>;
}

const pairs = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );

/** Splits a command line without quotes into variables and words. */
const startOf = (line: string): Pick<DocumentedStore, "environment" | "command"> => {
  const words = line.replaceAll("\\\n", " ").trim().split(/\s+/);
  const name = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  return { environment: pairs(words.slice(0, name)), command: words.slice(name) };
};

/** Parses the store's section. `replacements` are for words in `<…>`, and for ports that differ here. */
export const documentedStore = (
  store: string,
  replacements: Readonly<Record<string, string>>,
): DocumentedStore => {
  const document = readFileSync(new URL("../../../docs/deployment.md", import.meta.url), "utf8");
  const section = document.split(/\n(?=##)/).find((part) => part.startsWith(`### ${store}\n`)) ?? "";
  const filled = Object.entries(replacements).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    section,
  );
  const blocks = Array.from(filled.matchAll(/^```(\w+)\n(.*?)^```/gms), ([, kind, text = ""]) => ({
    kind,
    text,
  }));
  const ofKind = (...kinds: readonly string[]) =>
    blocks.filter(({ kind = "" }) => kinds.includes(kind)).map(({ text }) => text);
  const [[configuration], [start, ...afterwards], [settings]] = [
    ofKind("toml", "json"),
    ofKind("sh"),
    ofKind("ini"),
  ];
  if (configuration === undefined || start === undefined || settings === undefined)
    throw new Error(`docs/deployment.md does not say how ${store} is set up`);
  const missing = blocks.flatMap(({ text }) => text.match(/<[^<>]+>/g) ?? []);
  if (missing.length > 0) throw new Error(`Nothing is given for ${missing.join(", ")}`);
  return { configuration, ...startOf(start), afterwards, settings: pairs(settings.trim().split("\n")) };
};
