// Rewrites the table of settings in configuration.md from the table in the code, or says with --check whether
// it is up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Mode, Setting } from "../src/app/setting.ts";
import { settings } from "../src/app/settings.ts";

const begin = "<!-- Settings: written by `npm run docs`; change src/app/settings.ts instead. -->";
const end = "<!-- End of settings. -->";

const columns = ["Name", "From", "Value", "Default", "Meaning"];

/** Vertical bars would end a cell, and angle brackets would be taken for HTML. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

const code = (value: unknown): string => (value === undefined ? "unset" : `\`${JSON.stringify(value)}\``);

const plain = (value: unknown): string => (typeof value === "string" ? `\`${value}\`` : code(value));

const otherwise = ({ otherwise: by }: Setting<unknown>): string => {
  const of = (mode: Mode) => plain(by[mode]);
  return of("development") === of("production")
    ? of("development")
    : `${of("development")}; in production ${of("production")}`;
};

const from = ({ inFile, secret }: Setting<unknown>): string =>
  ["environment", ...(secret ? ["secret file"] : []), ...(inFile ? ["configuration file"] : [])].join(", ");

const row = ([name, setting]: readonly [string, Setting<unknown>]): string => {
  const { kind, unit, isPath, says } = setting;
  const value = `${isPath ? "path" : kind.name}${unit === undefined ? "" : `, in ${unit}`}`;
  return [`\`${name}\``, from(setting), value, otherwise(setting), says].map(cell).join(" | ");
};

export const settingsTable = (of: Readonly<Record<string, Setting<unknown>>>): string =>
  [columns.join(" | "), columns.map(() => "---").join(" | "), ...Object.entries(of).map(row)]
    .map((line) => `| ${line} |`)
    .join("\n");

/** The document with the table between its two marks replaced; undefined: it has no such marks. */
export const withTable = (document: string, table: string): string | undefined => {
  const start = document.indexOf(begin);
  const stop = document.indexOf(end, start);
  if (start < 0 || stop < 0) return undefined;
  return `${document.slice(0, start + begin.length)}\n\n${table}\n\n${document.slice(stop)}`;
};

const main = (check: boolean): void => {
  const path = fileURLToPath(new URL("configuration.md", import.meta.url));
  const document = readFileSync(path, "utf8");
  const updated = withTable(document, settingsTable(settings));
  if (updated === undefined)
    throw new Error(`${path} lacks the two lines between which the settings belong.`);
  if (updated === document) return;
  if (check) {
    process.stderr.write(
      "The settings in docs/configuration.md are not those of the code. Run npm run docs.\n",
    );
    process.exitCode = 1;
  } else {
    writeFileSync(path, updated);
  }
};

if (import.meta.main) main(process.argv.includes("--check"));
