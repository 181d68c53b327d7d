import { hash } from "node:crypto";
import fresh from "fresh";
import type { Seconds } from "../../../domain/brand.ts";
import type { Context } from "../context.ts";

/** Sends a value as JSON with a weak ETag, or 304 to a client that has it already. */
export const sendJson = (ctx: Context, value: unknown): void => {
  const body = JSON.stringify(value);
  sendTaggedJson(ctx, { body, etag: `W/"${hash("sha256", body, "base64url").slice(0, 27)}"` });
};

/** The same for JSON text whose ETag is known. */
export const sendTaggedJson = (
  ctx: Context,
  { body, etag }: { readonly body: string | Buffer; readonly etag: string },
): void => {
  ctx.res.setHeader("Content-Type", "application/json; charset=utf-8");
  ctx.res.setHeader("ETag", etag);
  if (ctx.req.headers["if-none-match"] !== undefined && fresh(ctx.req.headers, { etag })) ctx.status = 304;
  else ctx.body = body;
};

/** A time in JSON, as in RFC 3339 and in whole seconds. */
export const formatTime = (time: Seconds): string =>
  new Date(Math.floor(time) * 1000).toISOString().replace(".000Z", "Z");
