import { Readable } from "node:stream";
import { create as contentDisposition } from "content-disposition";
import fresh from "fresh";
import type { ObjectMetadata, StoredObject } from "../../../domain/resources/stored-object.ts";
import { identityTag } from "../../../domain/resources/stored-object.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { ReadableFile } from "../../../ports/driving/stored-file.ts";
import type { Context } from "../context.ts";
import { dataCache } from "../middleware/security-headers.ts";
import type { Admission } from "../streaming/admission.ts";
import { inShares } from "../streaming/fair-share.ts";

export interface AnswerHeaders {
  /** Absent: the stored type. */
  readonly type?: string;
  /** The name under which a browser saves it; absent: none is suggested. */
  readonly fileName?: string;
}

export interface ObjectAnswerDeps {
  readonly compression: Compression;
  readonly admission: Admission;
}

/** What is not larger goes into the buffers of a connection at once, and waits behind nobody who does not read. */
const smallBytes = 65_536;

const conditional = ["if-none-match", "if-modified-since"] as const;

/** Answers with a stored file (http-api.md section 5): headers, encoding, conditions, stream. */
export const answerObject = async (
  ctx: Context,
  { compression, admission }: ObjectAnswerDeps,
  file: ReadableFile,
  answer: AnswerHeaders,
): Promise<void> => {
  const { signal } = ctx.state;
  const isConditional = conditional.some((name) => ctx.req.headers[name] !== undefined);
  if (ctx.method === "HEAD" || isConditional) {
    const metadata = await file.stat(signal);
    setHeaders(ctx, metadata, answer);
    if (fresh(ctx.req.headers, ctx.response.headers)) {
      // Koa leaves out the other headers that tell of the body's form (http-api.md section 5).
      ctx.remove("Content-Encoding");
      ctx.status = 304;
      return;
    }
    if (ctx.method === "HEAD") {
      ctx.status = 200;
      return;
    }
  }
  if (!admission.isFree(ctx, "download") && isSmall(ctx, await file.stat(signal)))
    admission.withoutPlace(ctx);
  else await admission.untilSent(ctx, "download");
  const stored = await file.read(signal);
  setHeaders(ctx, stored, answer);
  // Stored compressed, it goes out so or not at all: in a third form its tag would be wrong.
  if (stored.contentEncoding === "gzip") ctx.compress = false;
  ctx.body = bodyStream(ctx, stored, compression);
  // Setting a stream has made up a type and dropped the length; both are known better.
  setHeaders(ctx, stored, answer);
};

const sendsGzip = (ctx: Context, object: ObjectMetadata): boolean =>
  object.contentEncoding === "gzip" && ctx.acceptsEncodings("gzip", "identity") === "gzip";

/** Of something that is unpacked on its way nobody knows how much it is. */
const isSmall = (ctx: Context, object: ObjectMetadata): boolean =>
  object.size <= smallBytes && (object.contentEncoding === undefined || sendsGzip(ctx, object));

/** Always quoted, which the library leaves out where it may: scripts look for the name between quotes. */
const attachment = (fileName: string): string =>
  contentDisposition(fileName).replace(/filename=([^";]+)/, 'filename="$1"');

const setHeaders = (ctx: Context, object: ObjectMetadata, answer: AnswerHeaders): void => {
  const isStoredForm = object.contentEncoding === undefined || sendsGzip(ctx, object);
  ctx.set("Cache-Control", dataCache);
  ctx.set("Content-Type", answer.type ?? object.contentType);
  ctx.set("ETag", isStoredForm ? object.etag : identityTag(object.etag));
  ctx.set("Last-Modified", new Date(object.lastModified * 1000).toUTCString());
  if (answer.fileName !== undefined) ctx.set("Content-Disposition", attachment(answer.fileName));
  if (!isStoredForm) {
    ctx.remove("Content-Encoding");
    ctx.remove("Content-Length");
    return;
  }
  if (object.contentEncoding === "gzip") ctx.set("Content-Encoding", "gzip");
  ctx.set("Content-Length", String(object.size));
};

const bodyStream = (ctx: Context, stored: StoredObject, compression: Compression): Readable => {
  const isDecoded = stored.contentEncoding === "gzip" && !sendsGzip(ctx, stored);
  const body = inShares(stored.body);
  const stream = Readable.from(isDecoded ? compression.gunzip(body) : body, { objectMode: false });
  // A transfer that breaks must look broken: half an answer is never ended as if it were whole.
  stream.once("error", (cause) => ctx.res.destroy(cause));
  return stream;
};
