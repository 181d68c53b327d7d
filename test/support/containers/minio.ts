import { Agent, get } from "node:https";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { Certificates } from "./certificates.ts";
import type { Container } from "./container.ts";
import { startContainer } from "./container.ts";
import { freePort } from "./free-port.ts";

export interface StartedMinio extends Container {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Empty at first. */
  readonly bucket: string;
  /** For looking at the bucket past the adapter; closed with the container. */
  readonly client: S3Client;
}

const credentials = { accessKeyId: "tests", secretAccessKey: "a-secret-of-the-tests" };
const region = "us-east-1";
const bucket = "nextstrain-groups";

const isHealthy = async (endpoint: string): Promise<void> => {
  const answer = await fetch(`${endpoint}/minio/health/live`, { signal: AbortSignal.timeout(2000) });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`MinIO answers ${answer.status}.`);
};

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
  /** Given: https, and nothing else. */
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
      MINIO_ROOT_USER: credentials.accessKeyId,
      MINIO_ROOT_PASSWORD: credentials.secretAccessKey,
      MINIO_UPDATE: "off",
    },
    answers: () => (certificates ? isHealthyOverTls(endpoint, certificates.ca) : isHealthy(endpoint)),
  });
  const requestHandler = { httpsAgent: new Agent({ keepAlive: true, ca: certificates?.ca }) };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, requestHandler });
  const close = async () => {
    client.destroy();
    await container.close();
  };
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    await close();
    throw error;
  }
  return { ...container, endpoint, region, credentials, bucket, client, close };
};
