import { z } from "zod";
import type { Json, JsonObject } from "../../domain/brand.ts";
import { isJsonObject } from "../../domain/json-object.ts";
import type { Mailbox } from "../../domain/mail/mail-address.ts";
import { parseMailbox } from "../../domain/mail/mail-address.ts";
import type { Contact } from "../../domain/site.ts";
import { parseContact } from "../../domain/site.ts";

type Schema<T> = z.ZodType<T, z.ZodTypeDef, unknown>;

/** Parses the text of a variable, or a value of the configuration file. */
export interface Kind<T> {
  /** For the table of the docs, and for "has to be …" in messages. */
  readonly name: string;
  readonly schema: Schema<T>;
  /** Undefined: not of this kind. */
  read(raw: Json): T | undefined;
}

const kind = <T>(name: string, schema: Schema<T>): Kind<T> => ({
  name,
  schema,
  read: (raw) => schema.safeParse(raw).data,
});

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

/** A variable's text stands for a JSON value; a value of the file is one. */
const fromJson = <T>(schema: Schema<T>): Schema<T> =>
  z.preprocess((raw) => {
    try {
      return typeof raw === "string" ? JSON.parse(raw) : raw;
    } catch {
      return undefined;
    }
  }, schema);

const textSchema = z.union([z.string(), z.number().transform(String)]);
const textList = z.array(z.string().min(1));

export const text = kind<string>("text", textSchema);

/** For what is shown where there is little room. */
export const textUpTo = (most: number): Kind<string> =>
  kind(`text of 1 to ${most} characters`, z.string().max(most).regex(/\S/));

export const contact = kind<Contact>(
  "an e-mail address, or a URL (https, http)",
  z
    .string()
    .transform(parseContact)
    .pipe(z.custom<Contact>((parsed) => parsed !== undefined)),
);

export const mailbox = kind<Mailbox>(
  "an e-mail address, or Name <address>",
  z
    .string()
    .transform(parseMailbox)
    .pipe(z.custom<Mailbox>((parsed) => parsed !== undefined)),
);

export const color = kind("a color as #rrggbb", z.string().regex(/^#[0-9a-f]{6}$/i));

export const flag = kind("true or false", fromJson(z.boolean()));

const rangeOf = (least: number, most: number): string =>
  most === Number.MAX_SAFE_INTEGER ? `number from ${least}` : `number from ${least} to ${most}`;

export const numberFrom = (least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> =>
  kind(`a ${rangeOf(least, most)}`, fromJson(z.number().min(least).max(most)));

export const wholeNumberFrom = (least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> =>
  kind(`a whole ${rangeOf(least, most)}`, fromJson(z.number().int().min(least).max(most)));

export const texts = kind<readonly string[]>("a JSON list of texts", fromJson(textList));

export const textOrTexts = kind<readonly string[]>(
  "text, or a JSON list of texts",
  z.union([
    fromJson(textList.nonempty()),
    // An invalid list must not be taken for one text.
    textSchema.refine((one) => !one.trimStart().startsWith("[")).transform((one) => [one]),
  ]),
);

const host = /^(\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?)$/i;

export const hosts = kind<readonly string[]>(
  "a JSON list of hosts",
  fromJson(z.array(z.string().regex(host))),
);

export const object = kind<JsonObject>(
  "a JSON object",
  fromJson(z.custom<JsonObject>((value: Json | undefined) => isJsonObject(value))),
);

export const textsByName = kind<Readonly<Record<string, readonly string[]>>>(
  "a JSON object of lists of texts",
  fromJson(z.record(textList)),
);

/** Numbers and booleans are converted to text. */
export const textByName = kind<Readonly<Record<string, string>>>(
  "a JSON object of texts",
  fromJson(z.record(z.union([z.string(), z.number(), z.boolean()]).transform(String))),
);

export const url = (...schemes: readonly string[]): Kind<string> =>
  kind(
    `a URL (${schemes.join(", ")})`,
    z.string().refine((raw) => URL.canParse(raw) && schemes.includes(new URL(raw).protocol.slice(0, -1))),
  );

export const oneOf = <T extends string>(...values: readonly [T, ...T[]]): Kind<T> =>
  kind(values.join(" or "), z.enum(values));

/** Another kind, or `false` for "none". */
export const orFalse = <T>({ name, schema }: Kind<T>): Kind<T | false> =>
  kind<T | false>(`${name}, or false`, z.union([fromJson(z.literal(false)), schema]));
