// Rewrites the tables of the documents from what they are about, or says with --check whether they are up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { settings } from "../src/app/config/settings.ts";
import { knownStores } from "../test/support/stores/known-stores.ts";
import { settingsTable } from "./settings-table.ts";
import { storesTable } from "./stores-table.ts";
import { pinnedVersions, versionsTable } from "./versions-table.ts";

interface Table {
  readonly file: string;
  readonly begin: string;
  readonly end: string;
  readonly make: () => string;
}

export const tables: readonly Table[] = [
  {
    file: "configuration.md",
    begin: "<!-- Settings: written by `npm run docs`; change src/app/config/settings.ts instead. -->",
    end: "<!-- End of settings. -->",
    make: () => settingsTable(settings),
  },
  {
    file: "deployment.md",
    begin: "<!-- Stores: written by `npm run docs`; change test/support/stores/known-stores.ts instead. -->",
    end: "<!-- End of stores. -->",
    make: () => storesTable(Object.values(knownStores)),
  },
  {
    file: "using.md",
    begin: "<!-- Versions: written by `npm run docs`. -->",
    end: "<!-- End of versions. -->",
    make: () => versionsTable(pinnedVersions()),
  },
];

/** The document with the table between its two marks replaced; undefined: it has no such marks. */
export const withTable = (document: string, { begin, end }: Table, content: string): string | undefined => {
  const start = document.indexOf(begin);
  const stop = document.indexOf(end, start);
  if (start < 0 || stop < 0) return undefined;
  return `${document.slice(0, start + begin.length)}\n\n${content}\n\n${document.slice(stop)}`;
};

const update = (table: Table, check: boolean): void => {
  const path = new URL(table.file, import.meta.url);
  const document = readFileSync(path, "utf8");
  const updated = withTable(document, table, table.make());
  if (updated === undefined) throw new Error(`${table.file} lacks the lines ${table.begin} and ${table.end}`);
  if (updated === document) return;
  if (check) {
    process.stderr.write(`A table in docs/${table.file} is out of date. Run npm run docs.\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, updated);
  }
};

if (import.meta.main) for (const table of tables) update(table, process.argv.includes("--check"));
