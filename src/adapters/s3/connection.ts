import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { S3Client } from "@aws-sdk/client-s3";
import type { Seconds } from "../../domain/brand.ts";
import { StoreDown } from "../../domain/failure.ts";
import type { Log } from "../../ports/driven/system/log.ts";

export interface S3Options {
  /** `GROUPS_BUCKET`. */
  readonly bucket: string;
  /** `AWS_ENDPOINT_URL_S3`; absent: AWS. */
  readonly endpoint?: string;
  /** `AWS_REGION`; absent: us-east-1 with an endpoint, else by the SDK's own sources. */
  readonly region?: string;
  /** Absent: by the SDK's own sources. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Absent: true with an endpoint, since few self-hosted stores have a wildcard DNS record for their buckets. */
  readonly forcePathStyle?: boolean;
  /** Whether to send checksums, as AWS recommends; other stores reject them, or store them with the content. */
  readonly checksums?: "when-required" | "when-supported";
  /** `STORE_TIMEOUT`: for one request, retries included, and how long an upload may be idle. */
  readonly timeout?: Seconds;
  /** `STORE_COMPLETE_TIMEOUT`: for CompleteMultipartUpload. */
  readonly completeTimeout?: Seconds;
  /** Has `http_proxy`, `https_proxy` and `no_proxy`, as the `proxyEnv` of Node's agents; absent: no proxy. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
}

export interface S3Connection {
  readonly bucket: string;
  /** For requests without bodies, which must not wait for transfers: HeadObject, ListObjectsV2, DeleteObject. */
  readonly queryClient: S3Client;
  /** For GetObject, without a socket timeout: a download is idle for as long as its reader is. */
  readonly downloadClient: S3Client;
  /** For uploads, with a socket timeout: they are sent from memory, so an idle one waits for the store. */
  readonly uploadClient: S3Client;
  /** For CompleteMultipartUpload and the probe, with a longer socket timeout: some stores take long for these. */
  readonly completionClient: S3Client;
  /** For one request, retries included. */
  readonly timeout: Seconds;
  readonly log: Log;
  close(): Promise<void>;
}

/** In milliseconds. */
const connectTimeout = 2000;

/** Of each client; admission control allows fewer downloads at once. */
const maxSockets = 256;

const requestHandlerOptions = (options: S3Options, socketTimeout: number) => {
  const agent = {
    keepAlive: true,
    maxSockets,
    ...(options.proxyEnv === undefined ? {} : { proxyEnv: { ...options.proxyEnv } }),
  };
  return {
    connectionTimeout: connectTimeout,
    socketTimeout,
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
  };
};

/** Stores other than AWS have no regions; MinIO, Ceph and others accept AWS's default region. */
const regionOption = ({ endpoint, region }: S3Options): { readonly region?: string } => {
  if (region !== undefined) return { region };
  return endpoint === undefined ? {} : { region: "us-east-1" };
};

const clientOptions = (options: S3Options): S3ClientConfig => {
  const checksums = options.checksums === "when-supported" ? "WHEN_SUPPORTED" : "WHEN_REQUIRED";
  return {
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...regionOption(options),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    maxAttempts: 3,
  };
};

/**
 * Hashing a part for the signature would block the event loop for milliseconds; TLS protects the bytes in transit.
 */
const useUnsignedPayload = (client: S3Client): void => {
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName === "PutObjectCommand" || context.commandName === "UploadPartCommand") {
        (args.request as { headers: Record<string, string> }).headers["x-amz-content-sha256"] =
          "UNSIGNED-PAYLOAD";
      }
      return next(args);
    },
    { step: "build", name: "useUnsignedPayload" },
  );
};

/** The SDK uses the same name for its timeouts and for keep-alive connections that the store has closed. */
const isTimeout = (error: unknown): error is Error =>
  error instanceof Error && error.name === "TimeoutError" && !("code" in error && error.code !== "ETIMEDOUT");

/** Retrying a timeout would make the caller wait three times as long. */
const doNotRetryTimeouts = (client: S3Client): void => {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!isTimeout(error)) throw error;
        // The cause is a text, since the SDK would retry because of an error in it.
        throw new StoreDown({ cause: `The store did not answer: ${error.message}` });
      }
    },
    { step: "deserialize", name: "doNotRetryTimeouts", priority: "high" },
  );
};

/** Creates the clients, which connect at their first request. */
export const connectS3 = (options: S3Options, log: Log): S3Connection => {
  const createClient = (socketTimeout: number) => {
    const client = new S3Client({
      ...clientOptions(options),
      requestHandler: requestHandlerOptions(options, socketTimeout),
    });
    useUnsignedPayload(client);
    doNotRetryTimeouts(client);
    return client;
  };
  const { timeout = 4, completeTimeout = 60 } = options;
  const clients = {
    queryClient: createClient(0),
    downloadClient: createClient(0),
    uploadClient: createClient(timeout * 1000),
    completionClient: createClient(completeTimeout * 1000),
  };
  return {
    bucket: options.bucket,
    ...clients,
    timeout,
    log,
    async close() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
};
