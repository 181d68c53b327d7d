import { get } from "node:https";
import type { Certificates } from "../certificates.ts";
import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";
import type { StartedStore } from "./s3-service.ts";
import { respondsOk, testCredentials, withBucket } from "./s3-service.ts";

export type StartedMinio = StartedStore;

const isHealthyOverTls = (endpoint: string, ca: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = get(`${endpoint}/minio/health/live`, { ca, agent: false, timeout: 2000 }, (answer) => {
      answer.resume();
      if (answer.statusCode === 200) resolve();
      else reject(new Error(`MinIO answers ${answer.statusCode}.`));
    });
    sent.once("error", reject);
    sent.once("timeout", () => sent.destroy(new Error("no answer in 2 s")));
  });

const tlsFolder = "/certificates";

const tlsFiles = ({ certificate, key }: Certificates) => [
  { path: `${tlsFolder}/public.crt`, content: certificate },
  { path: `${tlsFolder}/private.key`, content: key },
];

export interface MinioSettings {
  /** With these, MinIO uses https only; default: http. */
  readonly certificates?: Certificates;
}

/** Starts MinIO with an empty bucket. */
export const startMinio = async ({ certificates }: MinioSettings = {}): Promise<StartedMinio> => {
  const port = await freePort();
  const endpoint = `${certificates ? "https" : "http"}://127.0.0.1:${port}`;
  const container = await startContainer({
    image: "minio",
    command: [
      "server",
      "/data",
      "--address",
      `127.0.0.1:${port}`,
      "--console-address",
      `127.0.0.1:${await freePort()}`,
      ...(certificates ? ["--certs-dir", tlsFolder] : []),
    ],
    files: certificates ? tlsFiles(certificates) : [],
    environment: {
      MINIO_ROOT_USER: testCredentials.accessKeyId,
      MINIO_ROOT_PASSWORD: testCredentials.secretAccessKey,
      MINIO_UPDATE: "off",
    },
    healthCheck: () =>
      certificates
        ? isHealthyOverTls(endpoint, certificates.ca)
        : respondsOk(`${endpoint}/minio/health/live`),
  });
  return withBucket(container, endpoint, certificates?.ca);
};
