import type { Json, JsonObject } from "../../domain/brand.ts";
import { isJsonObject } from "../../domain/json-object.ts";
import type { Contact } from "../../domain/site.ts";
import { parseContact } from "../../domain/site.ts";

/** Parses the text of a variable, or a value of the configuration file. */
export interface Kind<T> {
  /** For the table of the docs, and for "has to be …" in messages. */
  readonly name: string;
  /** Undefined: not of this kind. */
  read(raw: Json): T | undefined;
}

export type Mode = "development" | "production";

export interface Setting<T> {
  readonly kind: Kind<T>;
  /** Whether the configuration file may contain it too. */
  readonly inFile: boolean;
  readonly defaults: { readonly [mode in Mode]: T | undefined };
  /** Whether it is never printed, and may be read from the file that `<NAME>_FILE` names. */
  readonly secret: boolean;
  /** Whether it is a path; a relative one is resolved against the folder of its source. */
  readonly isPath: boolean;
  /** A value of a path setting that is no path. */
  readonly keyword?: string;
  readonly unit?: string;
  readonly description: string;
}

interface SettingOptions<T> {
  readonly kind: Kind<T>;
  readonly description: string;
  readonly inFile?: boolean;
  readonly secret?: boolean;
  readonly isPath?: boolean;
  readonly keyword?: string;
  readonly unit?: string;
}

const define = <T>(
  of: SettingOptions<T>,
  development: T | undefined,
  production: T | undefined,
): Setting<T> => ({
  inFile: true,
  secret: false,
  isPath: false,
  defaults: { development, production },
  ...of,
});

/** A setting that may stay unset. */
export const optional = <T>(of: SettingOptions<T>): Setting<T | undefined> =>
  define<T | undefined>(of, undefined, undefined);

/** A setting with a default, which may differ in production. */
export const setting = <const T>(
  of: SettingOptions<T> & { default: NoInfer<T>; inProduction?: NoInfer<T> },
): Setting<T> => {
  const { default: value, inProduction, ...rest } = of;
  return define(rest, value, inProduction ?? value);
};

/** The JSON value that a variable's text stands for, or the text itself. */
const asJson = (raw: Json): Json | undefined => {
  if (typeof raw !== "string") return raw;
  try {
    const value: Json = JSON.parse(raw);
    return value;
  } catch {
    return undefined;
  }
};

export const text: Kind<string> = {
  name: "text",
  read: (raw) => (typeof raw === "string" ? raw : typeof raw === "number" ? String(raw) : undefined),
};

/** For what is shown where there is little room. */
export const textUpTo = (most: number): Kind<string> => ({
  name: `text of 1 to ${most} characters`,
  read: (raw) => (typeof raw === "string" && raw.trim() !== "" && raw.length <= most ? raw : undefined),
});

export const contact: Kind<Contact> = {
  name: "an e-mail address, or a URL (https, http)",
  read: (raw) => (typeof raw === "string" ? parseContact(raw) : undefined),
};

export const flag: Kind<boolean> = {
  name: "true or false",
  read: (raw) => {
    const value = asJson(raw);
    return typeof value === "boolean" ? value : undefined;
  },
};

export const numberFrom = (least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> => ({
  name: most === Number.MAX_SAFE_INTEGER ? `a number from ${least}` : `a number from ${least} to ${most}`,
  read: (raw) => {
    const value = asJson(raw);
    return typeof value === "number" && value >= least && value <= most ? value : undefined;
  },
});

export const wholeNumberFrom = (least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> => {
  const wide = numberFrom(least, most);
  return {
    name: `a whole${wide.name.slice(1)}`,
    read: (raw) => {
      const value = wide.read(raw);
      return Number.isInteger(value) ? value : undefined;
    },
  };
};

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

export const texts: Kind<readonly string[]> = {
  name: "a JSON list of texts",
  read: (raw) => {
    const value = asJson(raw);
    return Array.isArray(value) && value.every(isText) ? value : undefined;
  },
};

export const textOrTexts: Kind<readonly string[]> = {
  name: "text, or a JSON list of texts",
  read: (raw) => {
    // An invalid list must not be taken for one text.
    if (Array.isArray(asJson(raw))) {
      const several = texts.read(raw);
      return several?.length ? several : undefined;
    }
    const one = text.read(raw);
    return one === undefined || one.trimStart().startsWith("[") ? undefined : [one];
  },
};

const host = /^(\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?)$/i;

export const hosts: Kind<readonly string[]> = {
  name: "a JSON list of hosts",
  read: (raw) => {
    const value = texts.read(raw);
    return value?.every((each) => host.test(each)) ? value : undefined;
  },
};

export const object: Kind<JsonObject> = {
  name: "a JSON object",
  read: (raw) => {
    const value = asJson(raw);
    return isJsonObject(value) ? value : undefined;
  },
};

export const textsByName: Kind<Readonly<Record<string, readonly string[]>>> = {
  name: "a JSON object of lists of texts",
  read: (raw) => {
    const given = object.read(raw);
    if (given === undefined) return undefined;
    const read = Object.entries(given).map(([name, value]) => [name, texts.read(value ?? null)] as const);
    const lists = read.flatMap(([name, list]) => (list === undefined ? [] : [[name, list] as const]));
    return lists.length === read.length ? Object.fromEntries(lists) : undefined;
  },
};

/** Numbers and booleans are converted to text. */
export const textByName: Kind<Readonly<Record<string, string>>> = {
  name: "a JSON object of texts",
  read: (raw) => {
    const given = object.read(raw);
    const isWritable = (value: Json | undefined) => ["string", "number", "boolean"].includes(typeof value);
    return given && Object.values(given).every(isWritable)
      ? Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]))
      : undefined;
  },
};

export const url = (...schemes: readonly string[]): Kind<string> => ({
  name: `a URL (${schemes.join(", ")})`,
  read: (raw) =>
    typeof raw === "string" && URL.canParse(raw) && schemes.includes(new URL(raw).protocol.slice(0, -1))
      ? raw
      : undefined,
});

export const oneOf = <T extends string>(...values: readonly T[]): Kind<T> => ({
  name: values.join(" or "),
  read: (raw) => values.find((value) => value === raw),
});

/** Another kind, or `false` for "none". */
export const orFalse = <T>(kind: Kind<T>): Kind<T | false> => ({
  name: `${kind.name}, or false`,
  read: (raw) => (asJson(raw) === false ? false : kind.read(raw)),
});
