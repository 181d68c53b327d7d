import { knownStoreContract } from "../contract/known-store.contract.ts";
import { startMinio } from "../support/containers/minio.ts";
import { startRadosgw } from "../support/containers/radosgw.ts";
import { startVersitygw } from "../support/containers/versitygw.ts";
import { knownStores } from "../support/stores/known-stores.ts";

knownStoreContract(knownStores.minio, startMinio);
knownStoreContract(knownStores.versitygw, startVersitygw);
knownStoreContract(knownStores.radosgw, startRadosgw);
