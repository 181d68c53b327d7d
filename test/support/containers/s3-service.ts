import { Agent } from "node:https";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { Container } from "./container.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A store that speaks S3, in a container. */
export interface StartedStore extends Container {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** Empty at first. */
  readonly bucket: string;
  /** For looking at the bucket past the adapter; closed with the container. */
  readonly client: S3Client;
}

export const testCredentials: Credentials = {
  accessKeyId: "tests",
  secretAccessKey: "a-secret-of-the-tests",
};

const region = "us-east-1";
const bucket = "nextstrain-groups";

/** Returns when this address answers well. */
export const answersOk = async (url: string): Promise<void> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}.`);
};

/** Returns when somebody answers there, be it with a refusal. */
export const answersAtAll = async (url: string): Promise<void> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await answer.body?.cancel();
};

/** Makes the bucket in a store that has just been started, and closes the container when it cannot. */
export const withBucket = async (
  container: Container,
  endpoint: string,
  { credentials = testCredentials, ca }: { credentials?: Credentials; ca?: string | undefined } = {},
): Promise<StartedStore> => {
  const requestHandler = { httpsAgent: new Agent({ keepAlive: true, ca }) };
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
