import type { StartedStore } from "../containers/stores/s3-service.ts";

type Bucket = Pick<StartedStore, "endpoint" | "region" | "bucket" | "credentials" | "timeout">;

/** The settings by which a server keeps its groups' data in a bucket. */
export const bucketSettings = ({ endpoint, region, bucket, credentials, timeout }: Bucket) => ({
  ...(timeout === undefined ? {} : { STORE_TIMEOUT: String(timeout) }),
  GROUPS_STORAGE: "s3",
  GROUPS_BUCKET: bucket,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});
