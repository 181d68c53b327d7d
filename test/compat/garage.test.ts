import { knownStoreContract } from "../contract/resources/known-store.contract.ts";
import { startGarage } from "../support/containers/stores/garage.ts";
import { knownStores } from "../support/stores/known-stores.ts";

knownStoreContract(knownStores.garage, startGarage);
