import { objectRecords } from "../../../src/adapters/records/object-records.ts";
import type { Harness as StoreHarness } from "../resources/resource-store.contract.ts";
import type { Harness } from "./records.contract.ts";

/** Records as the server has them, on the stores of another contract. */
export const recordsOn = async (opening: Promise<StoreHarness>, root: string): Promise<Harness> => {
  const { store, another, close } = await opening;
  return {
    records: objectRecords(store, root),
    another: async () => objectRecords(await another(), root),
    store,
    root,
    close,
  };
};
