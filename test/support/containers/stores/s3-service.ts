import { Agent } from "node:https";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { Seconds } from "../../../../src/domain/brand.ts";
import type { DocumentedStore } from "../../stores/documented-stores.ts";
import type { Container } from "../container.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** An S3-compatible store in a container. */
export interface StartedStore extends Container {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** An empty bucket. */
  readonly bucket: string;
  /** The documented STORE_TIMEOUT, if any. */
  readonly timeout?: Seconds;
  /** For direct access to the bucket; closed with the container. */
  readonly client: S3Client;
}

export const testCredentials: Credentials = {
  accessKeyId: "tests",
  secretAccessKey: "a-secret-of-the-tests",
};

const defaultRegion = "us-east-1";
const defaultBucket = "nextstrain-groups";

/** Resolves when this URL responds with 2xx. */
export const respondsOk = async (url: string): Promise<void> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}.`);
};

/** Resolves when this URL responds, with any status. */
export const responds = async (url: string): Promise<void> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await answer.body?.cancel();
};

type Access = Pick<StartedStore, "endpoint" | "region" | "credentials" | "bucket" | "timeout">;

const storeIn = (container: Container, access: Access, ca?: string): StartedStore => {
  const requestHandler = { httpsAgent: new Agent({ keepAlive: true, ca }) };
  const { endpoint, region, credentials } = access;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, requestHandler });
  const close = async () => {
    client.destroy();
    await container.close();
  };
  return { ...container, ...access, client, close };
};

/** Creates the bucket of a new store; closes the container when that fails. */
export const withBucket = async (
  container: Container,
  endpoint: string,
  ca?: string,
): Promise<StartedStore> => {
  const access = { endpoint, region: defaultRegion, credentials: testCredentials, bucket: defaultBucket };
  const store = storeIn(container, access, ca);
  try {
    await store.client.send(new CreateBucketCommand({ Bucket: store.bucket }));
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
};

/** A store that was set up as documented, and has its bucket already. */
export const withSettings = (
  container: Container,
  { settings }: DocumentedStore,
  credentials: Credentials,
): StartedStore =>
  storeIn(container, {
    endpoint: settings["AWS_ENDPOINT_URL_S3"] ?? "",
    region: settings["AWS_REGION"] ?? defaultRegion,
    bucket: settings["GROUPS_BUCKET"] ?? "",
    ...("STORE_TIMEOUT" in settings ? { timeout: Number(settings["STORE_TIMEOUT"]) as Seconds } : {}),
    credentials,
  });
