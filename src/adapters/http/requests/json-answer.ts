import { hash } from "node:crypto";
import fresh from "fresh";
import type { Context } from "../context.ts";

/** Answers with JSON and a weak tag of it, or with 304 to whoever has it already. */
export const answerJson = (ctx: Context, value: unknown): void => {
  const body = JSON.stringify(value);
  answerTagged(ctx, { body, etag: `W/"${hash("sha256", body, "base64url").slice(0, 27)}"` });
};

/** The same for JSON of which a tag is known. */
export const answerTagged = (
  ctx: Context,
  { body, etag }: { readonly body: string | Buffer; readonly etag: string },
): void => {
  ctx.res.setHeader("Content-Type", "application/json; charset=utf-8");
  ctx.res.setHeader("ETag", etag);
  if (ctx.req.headers["if-none-match"] !== undefined && fresh(ctx.req.headers, { etag })) ctx.status = 304;
  else ctx.body = body;
};
