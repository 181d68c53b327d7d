import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Json, JsonObject } from "../../domain/brand.ts";
import { isJsonObject } from "../../domain/json-object.ts";
import type { Mode, Setting } from "./setting.ts";
import type { SettingName, Settings } from "./settings.ts";
import { ignoredNames, settings as table } from "./settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface ReadSettings {
  readonly mode: Mode;
  /** Valid only when there are no problems. */
  readonly settings: Settings;
  /** Names that are set in the environment or the file. */
  readonly given: ReadonlySet<SettingName>;
  /** A sentence for each problem: the variable, its source, what is wrong, and how to correct it. */
  readonly problems: readonly string[];
}

/** Whether a value counts as unset, in the environment or in the file. */
const isMissing = (value: Json | undefined): boolean => value === undefined || value === null || value === "";

/** Whether a variable is set in the environment, where the text `null` counts as unset too. */
export const isSet = (environment: Environment, name: string): boolean =>
  !isMissing(environment[name]) && environment[name] !== "null";

/**
 * Reads every setting: the environment first, then the configuration file, then the default
 * (configuration.md section 1). Problems are collected, so that all are reported at once.
 */
export const readSettings = (
  environment: Environment,
  codebase: string,
  workingFolder: string,
): ReadSettings => {
  const mode: Mode = environment["NODE_ENV"] === "production" ? "production" : "development";
  const problems = modeProblems(environment["NODE_ENV"]);
  const file = configurationFile(environment, mode, codebase, workingFolder);
  const inFile = file === undefined ? {} : readFile(file, problems);
  const values: Record<string, unknown> = {};
  const given = new Set<SettingName>();
  for (const [name, setting] of Object.entries(table) as [SettingName, Setting<unknown>][]) {
    const found = find(name, setting, { environment, inFile, file, workingFolder, problems });
    if (found === undefined) {
      values[name] = defaultOf(setting, mode, codebase);
      continue;
    }
    given.add(name);
    const value = setting.kind.read(found.raw);
    if (value === undefined) {
      problems.push(`${name} (${found.source}) has to be ${setting.kind.name}.`);
      // Something of the right type, so that what is checked after this can be checked.
      values[name] = defaultOf(setting, mode, codebase);
      continue;
    }
    const isPath = setting.isPath && typeof value === "string" && value !== setting.keyword;
    values[name] = isPath ? resolve(found.folder, value) : value;
  }
  return { mode, settings: values as unknown as Settings, given, problems };
};

/** Other values of NODE_ENV mean development mode, but a misspelt `production` must not run as such. */
const modeProblems = (word = ""): string[] =>
  word !== "production" && /^\s*prod/i.test(word)
    ? [`NODE_ENV: ${JSON.stringify(word)} has to be "production", exactly: all else is development mode.`]
    : [];

const defaultOf = (setting: Setting<unknown>, mode: Mode, codebase: string): unknown => {
  const value = setting.defaults[mode];
  return setting.isPath && typeof value === "string" ? resolve(codebase, value) : value;
};

const configurationFile = (
  environment: Environment,
  mode: Mode,
  codebase: string,
  workingFolder: string,
): string | undefined => {
  const named = environment["CONFIG_FILE"];
  if (named !== undefined && !isSet(environment, "CONFIG_FILE")) return undefined;
  if (named !== undefined) return resolve(workingFolder, named);
  return resolve(codebase, "env", mode === "production" ? "production" : "testing", "config.json");
};

const readFile = (file: string, problems: string[]): JsonObject => {
  try {
    const value: Json = JSON.parse(readFileSync(file, "utf8"));
    if (!isJsonObject(value)) {
      problems.push(`CONFIG_FILE: ${file} has to hold a JSON object.`);
      return {};
    }
    reportUnknown(value, file, problems);
    return value;
  } catch (error) {
    const why = error instanceof SyntaxError ? "is not valid JSON" : "cannot be read";
    problems.push(`CONFIG_FILE: ${file} ${why}. Mend it, or name another file in CONFIG_FILE.`);
    return {};
  }
};

const reportUnknown = (values: JsonObject, file: string, problems: string[]): void => {
  for (const name of Object.keys(values)) {
    if (ignoredNames.includes(name)) continue;
    if (!Object.hasOwn(table, name))
      problems.push(`${name} (${file}) is no setting. Correct its spelling, or remove it.`);
    else if (!table[name as SettingName].inFile) {
      problems.push(
        `${name} (${file}) is read from the environment only. Set it there, and remove it from the file.`,
      );
    }
  }
};

interface Sources {
  readonly environment: Environment;
  readonly inFile: JsonObject;
  readonly file: string | undefined;
  readonly workingFolder: string;
  readonly problems: string[];
}

interface Found {
  readonly raw: Json;
  readonly source: string;
  /** The folder that relative paths are resolved against. */
  readonly folder: string;
}

const find = (name: SettingName, setting: Setting<unknown>, from: Sources): Found | undefined => {
  const inEnvironment = from.environment[name];
  if (inEnvironment !== undefined && isSet(from.environment, name)) {
    return { raw: inEnvironment, source: "environment", folder: from.workingFolder };
  }
  const secret = setting.secret ? readSecret(name, from) : undefined;
  if (secret !== undefined) return secret;
  const value = from.inFile[name];
  if (!setting.inFile || value === undefined || isMissing(value) || from.file === undefined) return undefined;
  return { raw: value, source: from.file, folder: dirname(from.file) };
};

/** Reads a secret from the file that `<NAME>_FILE` names, as container platforms provide them. */
const readSecret = (name: SettingName, from: Sources): Found | undefined => {
  const named = from.environment[`${name}_FILE`];
  if (named === undefined || !isSet(from.environment, `${name}_FILE`)) return undefined;
  const path = resolve(from.workingFolder, named);
  try {
    const raw = readFileSync(path, "utf8").trimEnd();
    if (raw !== "") return { raw, source: `${name}_FILE`, folder: from.workingFolder };
    from.problems.push(`${name}_FILE: ${path} is empty. Write the secret into it, or unset ${name}_FILE.`);
    return undefined;
  } catch {
    from.problems.push(`${name}_FILE: ${path} cannot be read. Correct the path or the file's permissions.`);
    return undefined;
  }
};
