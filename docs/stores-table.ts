import { allConditions } from "../src/adapters/s3/condition.ts";
import type { KnownStore } from "../test/support/stores/known-stores.ts";

const cellFor = ({ heeds }: KnownStore, condition: (typeof allConditions)[number]): string => {
  const form = heeds[condition];
  return form === undefined ? "ignored" : form === "quoted" ? "heeded" : "heeded, without quotes";
};

/** The table of stores in deployment.md. */
export const storesTable = (stores: readonly KnownStore[]): string =>
  [
    ["Store", "Version", ...allConditions, "Tried"],
    ["---", "---", ...allConditions.map(() => "---"), "---"],
    ...stores.map((store) => [
      store.name,
      store.version,
      ...allConditions.map((condition) => cellFor(store, condition)),
      store.tried ?? "by every run of the tests",
    ]),
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
