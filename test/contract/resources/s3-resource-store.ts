import type { S3Options } from "../../../src/adapters/s3/connection.ts";
import type { OpenS3Store } from "../../support/stores/open-s3-store.ts";
import { openS3Store, probeS3Store } from "../../support/stores/open-s3-store.ts";
import type { Harness } from "./resource-store.contract.ts";

/** Stores on one bucket, as a server uses them once its probe has a result. */
export const s3Harness = async (options: S3Options): Promise<Harness> => {
  const probeResult = await probeS3Store(options);
  const opened: OpenS3Store[] = [];
  const another = async () => {
    const store = openS3Store(options, probeResult);
    opened.push(store);
    return store;
  };
  const close = async () => {
    await Promise.all(opened.map((store) => store.close()));
  };
  return { store: await another(), another, close };
};
