import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StartedStore } from "../../support/containers/stores/s3-service.ts";
import type { KnownStore } from "../../support/stores/known-stores.ts";
import { probeS3Store } from "../../support/stores/open-s3-store.ts";
import { recordsContract } from "../records/records.contract.ts";
import { recordsOn } from "../records/resource-store-records.ts";
import { serverOnStore } from "../server-on-store.contract.ts";
import { resourceStoreContract } from "./resource-store.contract.ts";
import { s3Harness } from "./s3-resource-store.ts";

/** Checks that a store supports the conditions that the documentation lists, and fulfils the port's contract. */
export const knownStoreContract = ({ name, heeds }: KnownStore, start: () => Promise<StartedStore>): void => {
  describe(`S3 by ${name}`, () => {
    let service: StartedStore;
    beforeAll(async () => {
      service = await start();
    });
    afterAll(() => service?.close());

    it("supports the conditions that the documentation lists", async () => {
      const { supportedConditions, canList } = await probeS3Store(service);
      expect(Object.fromEntries(supportedConditions)).toEqual(heeds);
      expect(canList).toBe(true);
    });

    resourceStoreContract(`s3 by ${name}`, () => s3Harness(service));
    recordsContract(`s3 by ${name}`, () => recordsOn(s3Harness(service), ".groups-server/records/"));
    serverOnStore(() => service);
  });
};
