import { hash } from "node:crypto";
import fresh from "fresh";
import type { Context } from "./context.ts";

/** Answers with JSON and a weak tag of it, or with 304 to whoever has it already. */
export const answerJson = (ctx: Context, value: unknown): void => {
  const text = JSON.stringify(value);
  const etag = `W/"${hash("sha256", text, "base64url").slice(0, 27)}"`;
  ctx.res.setHeader("Content-Type", "application/json; charset=utf-8");
  ctx.res.setHeader("ETag", etag);
  if (ctx.req.headers["if-none-match"] !== undefined && fresh(ctx.req.headers, { etag })) ctx.status = 304;
  else ctx.body = text;
};
