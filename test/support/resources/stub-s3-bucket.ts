import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { StubS3 } from "./stub-s3.ts";
import { s3Error, startStubS3 } from "./stub-s3.ts";

type WriteOperation = "put" | "complete" | "delete";

/** How the store treats conditions; by default it ignores all. */
export interface StubBehavior {
  readonly ifNoneMatch?: readonly WriteOperation[];
  readonly ifMatch?: readonly WriteOperation[];
  /** Whether If-Match matches unquoted tags only. */
  readonly unquoted?: boolean;
  readonly deniesLists?: boolean;
  /** In milliseconds, before each write. */
  readonly writeDelay?: number;
  /** Answers a request instead of the stub, if it returns true. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface StubBucket extends StubS3 {
  /** Contents by key. */
  readonly objects: ReadonlyMap<string, Buffer>;
  readonly uploads: ReadonlyMap<string, unknown>;
}

const tagOf = (content: Buffer) => `"${createHash("md5").update(content).digest("hex")}"`;

const xml = (response: ServerResponse, text: string) =>
  void response.writeHead(200, { "content-type": "application/xml" }).end(`<?xml version="1.0"?>${text}`);

const bodyOf = async (request: IncomingMessage) => Buffer.concat(await Array.fromAsync(request));

/** A bucket in memory, in an S3 store whose behavior a test chooses. */
export const startStubBucket = async (behavior: StubBehavior = {}): Promise<StubBucket> => {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer[]>();

  const isRejected = (operation: WriteOperation, key: string, { headers }: IncomingMessage): boolean => {
    const present = objects.get(key);
    const tag = present && tagOf(present);
    if (headers["if-none-match"] === "*" && behavior.ifNoneMatch?.includes(operation))
      return tag !== undefined;
    if (headers["if-match"] === undefined || !behavior.ifMatch?.includes(operation)) return false;
    return headers["if-match"] !== (behavior.unquoted ? tag?.replaceAll('"', "") : tag);
  };

  const change = async (
    operation: WriteOperation,
    key: string,
    [request, response]: [IncomingMessage, ServerResponse],
    work: () => void,
  ) => {
    if (behavior.writeDelay) await new Promise((resolve) => setTimeout(resolve, behavior.writeDelay));
    if (isRejected(operation, key, request)) return s3Error(response, 412, "PreconditionFailed");
    work();
  };

  const put = (key: string, content: Buffer, exchange: [IncomingMessage, ServerResponse]) =>
    change("put", key, exchange, () => {
      objects.set(key, content);
      exchange[1].writeHead(200, { etag: tagOf(content) }).end();
    });

  const complete = (key: string, id: string, exchange: [IncomingMessage, ServerResponse]) =>
    change("complete", key, exchange, () => {
      const content = Buffer.concat(uploads.get(id) ?? []);
      uploads.delete(id);
      objects.set(key, content);
      xml(exchange[1], `<R><ETag>${tagOf(content)}</ETag></R>`);
    });

  const show = (key: string, { method }: IncomingMessage, response: ServerResponse) => {
    const content = objects.get(key);
    if (content === undefined) return s3Error(response, 404, "NoSuchKey");
    const headers = { etag: tagOf(content), "content-length": content.length, "content-type": "text/plain" };
    response.writeHead(200, headers).end(method === "HEAD" ? undefined : content);
  };

  const list = (response: ServerResponse) =>
    behavior.deniesLists
      ? s3Error(response, 403, "AccessDenied")
      : xml(response, "<ListBucketResult></ListBucketResult>");

  const answerUpload = (
    key: string,
    query: URLSearchParams,
    content: Buffer,
    exchange: [IncomingMessage, ServerResponse],
  ) => {
    const [{ method }, response] = exchange;
    const id = query.get("uploadId") ?? "";
    if (method === "PUT") {
      uploads.get(id)?.push(content);
      return response.writeHead(200, { etag: tagOf(content) }).end();
    }
    if (method === "POST") return complete(key, id, exchange);
    uploads.delete(id);
    return response.writeHead(204).end();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://stub");
    const key = decodeURIComponent(pathname.replace(/^\/bucket\/?/, ""));
    const content = await bodyOf(request);
    if (behavior.intercept?.(request, response)) return;
    if (searchParams.has("uploadId")) return answerUpload(key, searchParams, content, [request, response]);
    if (request.method === "POST") {
      const id = randomBytes(8).toString("hex");
      uploads.set(id, []);
      return xml(response, `<R><UploadId>${id}</UploadId></R>`);
    }
    if (request.method === "PUT") return put(key, content, [request, response]);
    if (request.method === "DELETE") {
      return change("delete", key, [request, response], () => {
        objects.delete(key);
        response.writeHead(204).end();
      });
    }
    return key === "" ? list(response) : show(key, request, response);
  };

  const stub = await startStubS3((request, response) => void answer(request, response));
  return { ...stub, objects, uploads };
};
