import { knownStoreContract } from "../contract/known-store.contract.ts";
import { startGarage } from "../support/containers/garage.ts";
import { knownStores } from "../support/stores/known-stores.ts";

knownStoreContract(knownStores.garage, startGarage);
