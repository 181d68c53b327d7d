import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";
import type { StartedStore } from "./s3-service.ts";
import { respondsOk, testCredentials, withBucket } from "./s3-service.ts";

/** Starts versitygw, which stores objects as files, with an empty bucket. */
export const startVersitygw = async (): Promise<StartedStore> => {
  const address = `127.0.0.1:${await freePort()}`;
  const endpoint = `http://${address}`;
  const container = await startContainer({
    image: "versitygw",
    entrypoint: ["versitygw"],
    command: ["--port", address, "--health", "/health", "posix", "/data"],
    environment: {
      ROOT_ACCESS_KEY: testCredentials.accessKeyId,
      ROOT_SECRET_KEY: testCredentials.secretAccessKey,
    },
    healthCheck: () => respondsOk(`${endpoint}/health`),
  });
  return withBucket(container, endpoint);
};
