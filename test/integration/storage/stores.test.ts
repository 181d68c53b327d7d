import { knownStoreContract } from "../../contract/resources/known-store.contract.ts";
import { startMinio } from "../../support/containers/stores/minio.ts";
import { startRadosgw } from "../../support/containers/stores/radosgw.ts";
import { startVersitygw } from "../../support/containers/stores/versitygw.ts";
import { knownStores } from "../../support/stores/known-stores.ts";

knownStoreContract(knownStores.minio, startMinio);
knownStoreContract(knownStores.versitygw, startVersitygw);
knownStoreContract(knownStores.radosgw, startRadosgw);
