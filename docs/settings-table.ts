import type { Mode, Setting } from "../src/app/config/setting.ts";

const columns = ["Name", "From", "Value", "Default", "Meaning"];

/** Vertical bars would end a cell, and angle brackets would be taken for HTML. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

const code = (value: unknown): string => (value === undefined ? "unset" : `\`${JSON.stringify(value)}\``);

const plain = (value: unknown): string => (typeof value === "string" ? `\`${value}\`` : code(value));

const defaultOf = ({ defaults }: Setting<unknown>): string => {
  const of = (mode: Mode) => plain(defaults[mode]);
  return of("development") === of("production")
    ? of("development")
    : `${of("development")}; in production ${of("production")}`;
};

const from = ({ inFile, secret }: Setting<unknown>): string =>
  ["environment", ...(secret ? ["secret file"] : []), ...(inFile ? ["configuration file"] : [])].join(", ");

const row = ([name, setting]: readonly [string, Setting<unknown>]): string => {
  const { kind, unit, isPath, description } = setting;
  const value = `${isPath ? "path" : kind.name}${unit === undefined ? "" : `, in ${unit}`}`;
  return [`\`${name}\``, from(setting), value, defaultOf(setting), description].map(cell).join(" | ");
};

/** The table of settings in configuration.md. */
export const settingsTable = (of: Readonly<Record<string, Setting<unknown>>>): string =>
  [columns.join(" | "), columns.map(() => "---").join(" | "), ...Object.entries(of).map(row)]
    .map((line) => `| ${line} |`)
    .join("\n");
