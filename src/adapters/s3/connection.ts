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
  /** Absent: true where an endpoint is given, since few self-hosted stores have a wildcard in their names' DNS. */
  readonly forcePathStyle?: boolean;
  /** Whether to add checksums that S3 alone wants; other stores refuse them, or take them for content. */
  readonly checksums?: "when-required" | "when-supported";
  /** `STORE_TIMEOUT`: for how long the store may leave a request unanswered. */
  readonly timeout?: Seconds;
  /** `STORE_COMPLETE_TIMEOUT`: the same where it puts an upload's parts together. */
  readonly completeTimeout?: Seconds;
  /** Where `http_proxy`, `https_proxy` and `no_proxy` are looked up; absent: no proxy. */
  readonly proxies?: Readonly<Record<string, string | undefined>>;
}

export interface S3Connection {
  readonly bucket: string;
  /** For small calls, which never wait behind bodies: lists, what is known of an object, deletions. */
  readonly asking: S3Client;
  /** Downloads, with sockets of their own: they may stand still for as long as their reader does. */
  readonly reading: S3Client;
  /** Uploads are sent from memory: one that stands still is the store's doing. */
  readonly writing: S3Client;
  /** For putting an upload's parts together, which takes some stores long. */
  readonly completing: S3Client;
  /** For one answer of the store, retries included. */
  readonly timeout: Seconds;
  readonly log: Log;
  close(): Promise<void>;
}

/** In milliseconds. */
const connectTimeout = 2000;

/** For each of the clients; downloads are admitted by number before they ask for one. */
const maxSockets = 256;

const requestHandlerOptions = (options: S3Options, socketTimeout: number) => {
  const agent = {
    keepAlive: true,
    maxSockets,
    ...(options.proxies === undefined ? {} : { proxyEnv: { ...options.proxies } }),
  };
  return {
    connectionTimeout: connectTimeout,
    socketTimeout,
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
  };
};

/** Stores other than AWS have no regions of their own; MinIO, Ceph and others take the usual one. */
const regionOf = ({ endpoint, region }: S3Options): { readonly region?: string } => {
  if (region !== undefined) return { region };
  return endpoint === undefined ? {} : { region: "us-east-1" };
};

const clientOptions = (options: S3Options): S3ClientConfig => {
  const checksums = options.checksums === "when-supported" ? "WHEN_SUPPORTED" : "WHEN_REQUIRED";
  return {
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...regionOf(options),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    maxAttempts: 3,
  };
};

/** Hashing 8 MiB for the signature would block everyone for 5 ms; TLS guards the bytes on their way. */
const leavePayloadUnsigned = (client: S3Client): void => {
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName === "PutObjectCommand" || context.commandName === "UploadPartCommand") {
        (args.request as { headers: Record<string, string> }).headers["x-amz-content-sha256"] =
          "UNSIGNED-PAYLOAD";
      }
      return next(args);
    },
    { step: "build", name: "leavePayloadUnsigned" },
  );
};

/** The SDK gives this name to its own time-outs, and to kept connections that the store has closed meanwhile. */
const isTimeout = (error: unknown): error is Error =>
  error instanceof Error && error.name === "TimeoutError" && !("code" in error && error.code !== "ETIMEDOUT");

/** A store that stood still for so long is not asked again: three times the wait would be too long for anyone. */
const doNotRetryTimeouts = (client: S3Client): void => {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!isTimeout(error)) throw error;
        // The text for a cause: in an error the SDK would find a reason to try again.
        throw new StoreDown({ cause: `The store did not answer: ${error.message}` });
      }
    },
    { step: "deserialize", name: "doNotRetryTimeouts", priority: "high" },
  );
};

/** Makes the clients; nothing is connected before it is used. */
export const connectS3 = (options: S3Options, log: Log): S3Connection => {
  const open = (socketTimeout: number) => {
    const client = new S3Client({
      ...clientOptions(options),
      requestHandler: requestHandlerOptions(options, socketTimeout),
    });
    leavePayloadUnsigned(client);
    doNotRetryTimeouts(client);
    return client;
  };
  const { timeout = 4, completeTimeout = 60 } = options;
  const [asking, reading] = [open(0), open(0)];
  const [writing, completing] = [open(timeout * 1000), open(completeTimeout * 1000)];
  return {
    bucket: options.bucket,
    asking,
    reading,
    writing,
    completing,
    timeout,
    log,
    async close() {
      asking.destroy();
      reading.destroy();
      writing.destroy();
      completing.destroy();
    },
  };
};
