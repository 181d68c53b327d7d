import { hash } from "node:crypto";
import fresh from "fresh";
import type { Context } from "./context.ts";

/** Answers with JSON and a weak tag of it, or with 304 to whoever has it already. */
export const answerJson = (ctx: Context, value: unknown): void => {
  const text = JSON.stringify(value);
  ctx.status = 200;
  ctx.type = "application/json; charset=utf-8";
  ctx.etag = `W/"${hash("sha256", text, "base64url").slice(0, 27)}"`;
  if (fresh(ctx.req.headers, ctx.response.headers)) {
    ctx.status = 304;
    return;
  }
  ctx.body = text;
};
