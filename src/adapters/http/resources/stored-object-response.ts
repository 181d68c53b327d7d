import { Readable } from "node:stream";
import { create as contentDisposition } from "content-disposition";
import fresh from "fresh";
import type { ObjectMetadata, StoredObject } from "../../../domain/resources/stored-object.ts";
import { identityTag } from "../../../domain/resources/stored-object.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { ReadableFile } from "../../../ports/driving/stored-file.ts";
import type { Context } from "../context.ts";
import { revalidate } from "../middleware/security-headers.ts";
import type { Admission } from "../streaming/admission.ts";
import { withEventLoopYields } from "../streaming/event-loop-yields.ts";

export interface ObjectPresentation {
  /** Absent: the stored media type. */
  readonly type?: string;
  /** The file name of Content-Disposition; absent: no such header. */
  readonly fileName?: string;
}

export interface SendObjectDeps {
  readonly compression: Compression;
  readonly admission: Admission;
}

/** Such an object fits into the buffers of a connection, so that a client that does not read blocks no slot. */
const maxBytesWithoutSlot = 65_536;

const conditionalHeaders = ["if-none-match", "if-modified-since"] as const;

/** Sends a stored file with its headers, content coding and conditional requests (http-api.md section 5). */
export const sendObject = async (
  ctx: Context,
  { compression, admission }: SendObjectDeps,
  file: ReadableFile,
  presentation: ObjectPresentation,
): Promise<void> => {
  const { signal } = ctx.state;
  const isConditional = conditionalHeaders.some((name) => ctx.req.headers[name] !== undefined);
  if (ctx.method === "HEAD" || isConditional) {
    const metadata = await file.stat(signal);
    setHeaders(ctx, metadata, presentation);
    if (fresh(ctx.req.headers, ctx.response.headers)) {
      // Koa removes the other headers of the representation from a 304 (http-api.md section 5).
      ctx.remove("Content-Encoding");
      ctx.status = 304;
      return;
    }
    if (ctx.method === "HEAD") {
      ctx.status = 200;
      return;
    }
  }
  if (!admission.hasFreeSlot(ctx, "download") && needsNoSlot(ctx, await file.stat(signal)))
    admission.watchWithoutSlot(ctx);
  else await admission.acquireUntilSent(ctx, "download");
  const stored = await file.read(signal);
  setHeaders(ctx, stored, presentation);
  // An object stored as gzip is sent as gzip or identity: its ETag would be wrong for any other coding.
  if (stored.contentEncoding === "gzip") ctx.compress = false;
  ctx.body = bodyStream(ctx, stored, compression);
  // Koa guesses the type of a stream and removes Content-Length when it is assigned.
  setHeaders(ctx, stored, presentation);
};

const isSentAsGzip = (ctx: Context, object: ObjectMetadata): boolean =>
  object.contentEncoding === "gzip" && ctx.acceptsEncodings("gzip", "identity") === "gzip";

/** Whether the representation that is sent has the coding, and thus the bytes, of the stored object. */
const isSentAsStored = (ctx: Context, object: ObjectMetadata): boolean =>
  object.contentEncoding === undefined || isSentAsGzip(ctx, object);

/** The size of an object that is decompressed is not known. */
const needsNoSlot = (ctx: Context, object: ObjectMetadata): boolean =>
  object.size <= maxBytesWithoutSlot && isSentAsStored(ctx, object);

/** The file name is always quoted, which the library omits where it may: scripts look for it between quotes. */
const attachment = (fileName: string): string =>
  contentDisposition(fileName).replace(/filename=([^";]+)/, 'filename="$1"');

const setHeaders = (ctx: Context, object: ObjectMetadata, presentation: ObjectPresentation): void => {
  const isAsStored = isSentAsStored(ctx, object);
  ctx.set("Cache-Control", revalidate);
  ctx.set("Content-Type", presentation.type ?? object.contentType);
  ctx.set("ETag", isAsStored ? object.etag : identityTag(object.etag));
  ctx.set("Last-Modified", new Date(object.lastModified * 1000).toUTCString());
  if (presentation.fileName !== undefined) ctx.set("Content-Disposition", attachment(presentation.fileName));
  if (!isAsStored) {
    ctx.remove("Content-Encoding");
    ctx.remove("Content-Length");
    return;
  }
  if (object.contentEncoding === "gzip") ctx.set("Content-Encoding", "gzip");
  ctx.set("Content-Length", String(object.size));
};

const bodyStream = (ctx: Context, stored: StoredObject, compression: Compression): Readable => {
  const isDecompressed = stored.contentEncoding === "gzip" && !isSentAsGzip(ctx, stored);
  const body = withEventLoopYields(stored.body);
  const stream = Readable.from(isDecompressed ? compression.gunzip(body) : body, { objectMode: false });
  // The connection is reset when the stream fails, so that the client notices that the body is incomplete.
  stream.once("error", (cause) => ctx.res.destroy(cause));
  return stream;
};
