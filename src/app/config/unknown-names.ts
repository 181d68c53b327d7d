import { distance } from "fastest-levenshtein";
import { isSet } from "./read-settings.ts";
import { ignoredNames, settings } from "./settings.ts";

/** Environment variables that seem meant for this server, and are not read. */
export interface UnknownNames {
  /** One or two edits away from a setting. */
  readonly misspelt: readonly { readonly name: string; readonly nearest: string }[];
  /** Other variables with the prefixes of settings. Container platforms set some by themselves, such as REDIS_PORT. */
  readonly others: readonly string[];
}

const known: readonly string[] = [
  "NODE_ENV",
  "CONFIG_FILE",
  "HEROKU_PR_NUMBER",
  ...ignoredNames,
  ...Object.entries(settings).flatMap(([name, { secret }]) => (secret ? [name, `${name}_FILE`] : [name])),
];

const isOfOurs = (name: string): boolean => /^(OIDC|OAUTH2|SESSION|GROUPS|REDIS|S3|STORE)_/.test(name);

/** Short names are too close to others: HOST and HOME are two edits apart. */
const editsOf = (name: string): number => (name.length < 6 ? 1 : 2);

/** Longer names are skipped, since their edit distance takes long to compute. */
const maxNameLength = 100;

const nearestTo = (name: string): string | undefined => {
  const near = known
    .filter((one) => Math.abs(one.length - name.length) <= 2)
    .map((one) => ({ one, edits: distance(one, name) }))
    .filter(({ one, edits }) => edits <= editsOf(one));
  return near.sort((a, b) => a.edits - b.edits)[0]?.one;
};

/** Finds variables that may be misspelt settings, which would silently have no effect. */
export const unknownNames = (environment: Readonly<Record<string, string | undefined>>): UnknownNames => {
  const names = Object.keys(environment).filter(
    (name) => name.length <= maxNameLength && isSet(environment, name) && !known.includes(name),
  );
  const judged = names.map((name) => ({ name, nearest: nearestTo(name) }));
  return {
    misspelt: judged.flatMap(({ name, nearest }) => (nearest === undefined ? [] : [{ name, nearest }])),
    others: judged
      .filter(({ name, nearest }) => nearest === undefined && isOfOurs(name))
      .map(({ name }) => name),
  };
};
