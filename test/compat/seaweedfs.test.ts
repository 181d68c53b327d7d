import { knownStoreContract } from "../contract/known-store.contract.ts";
import { startSeaweedfs } from "../support/containers/seaweedfs.ts";
import { knownStores } from "../support/stores/known-stores.ts";

knownStoreContract(knownStores.seaweedfs, startSeaweedfs);
