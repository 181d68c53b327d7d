import { localStores } from "../resources/local-stores.ts";
import { recordsContract } from "./records.contract.ts";
import { recordsOn } from "./resource-store-records.ts";

for (const [adapter, open] of Object.entries(localStores)) {
  recordsContract(adapter, () => recordsOn(open(), ""));
}
