import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resourceStoreContract } from "../contract/resource-store.contract.ts";
import { s3Harness } from "../contract/s3-resource-store.ts";
import { startMinio } from "../support/containers/minio.ts";
import type { StartedStore } from "../support/containers/s3-service.ts";
import { askS3Store } from "../support/stores/open-s3-store.ts";

const everyCondition = [
  "put If-None-Match",
  "put If-Match",
  "complete If-None-Match",
  "complete If-Match",
  "delete If-Match",
];

const stores = {
  MinIO: { start: startMinio, heeds: everyCondition.slice(0, 4).map((condition) => [condition, "quoted"]) },
} satisfies Record<string, { start: () => Promise<StartedStore>; heeds: string[][] }>;

for (const [name, { start, heeds }] of Object.entries(stores)) {
  describe(`S3 by ${name}`, () => {
    let service: StartedStore;
    beforeAll(async () => {
      service = await start();
    }, 120_000);
    afterAll(() => service.close());

    it("heeds the conditions that the documentation says", async () => {
      const { heeded, mayList } = await askS3Store(service);
      expect([...heeded].toSorted()).toEqual(heeds.toSorted());
      expect(mayList).toBe(true);
    });

    resourceStoreContract(`s3 by ${name}`, () => s3Harness(service));
  });
}
