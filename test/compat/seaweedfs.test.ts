import { knownStoreContract } from "../contract/resources/known-store.contract.ts";
import { startSeaweedfs } from "../support/containers/stores/seaweedfs.ts";
import { knownStores } from "../support/stores/known-stores.ts";

knownStoreContract(knownStores.seaweedfs, startSeaweedfs);
