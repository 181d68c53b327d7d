import { localStores } from "./local-stores.ts";
import { resourceStoreContract } from "./resource-store.contract.ts";

for (const [adapter, open] of Object.entries(localStores)) resourceStoreContract(adapter, open);
