import { hash } from "node:crypto";
import fresh from "fresh";
import { LRUCache } from "lru-cache";
import type { Context } from "./context.ts";

const tagOf = (text: string): string => `W/"${hash("sha256", text, "base64url").slice(0, 27)}"`;

/** In characters. Short answers are the ones that come over and over. */
const rememberedLength = 4096;
const known = new LRUCache<string, string>({ max: 200, memoMethod: tagOf });

/** Answers with JSON and a weak tag of it, or with 304 to whoever has it already. */
export const answerJson = (ctx: Context, value: unknown): void => {
  const text = JSON.stringify(value);
  const etag = text.length > rememberedLength ? tagOf(text) : known.memo(text);
  ctx.res.setHeader("Content-Type", "application/json; charset=utf-8");
  ctx.res.setHeader("ETag", etag);
  if (ctx.req.headers["if-none-match"] !== undefined && fresh(ctx.req.headers, { etag })) ctx.status = 304;
  else ctx.body = text;
};
