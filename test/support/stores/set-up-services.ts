import type { TestProject } from "vitest/node";
import { setUpContainers } from "../containers/set-up.ts";
import { startMinio } from "../containers/stores/minio.ts";
import { startRedis } from "../containers/stores/redis.ts";
import type { Services } from "./production-stores.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Given where servers of the tests are to store things in these. */
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
  // Removes both, with whatever else this run has started; another project's end may have done so before.
  return tearDown;
};
