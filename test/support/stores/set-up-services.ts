import type { TestProject } from "vitest/node";
import { setUpContainers } from "../containers/set-up.ts";
import { startMinio } from "../containers/stores/minio.ts";
import { startRedis } from "../containers/stores/redis.ts";
import type { Services } from "./production-stores.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Present in projects whose servers use these services. */
    readonly services?: Services;
  }
}

/** Vitest's global set-up of the project that runs the HTTP tests on the stores of production. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const tearDown = await setUpContainers(["redis", "minio"]);
  const [redis, minio] = await Promise.all([startRedis({ settings: ["databases 2000"] }), startMinio()]);
  const { endpoint, region, credentials } = minio;
  project.provide("services", {
    redis: { url: redis.url, ca: redis.certificates.ca },
    minio: { endpoint, region, credentials },
  });
  // It removes all containers of this run, unless another project's tear-down has done so.
  return tearDown;
};
