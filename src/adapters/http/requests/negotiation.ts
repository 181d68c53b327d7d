import { NotAcceptable, NotFound } from "../../../domain/failure.ts";
import { isResourceMediaType } from "../../../domain/resources/media-type.ts";
import type { Context, Middleware } from "../context.ts";
import { commonVary } from "../middleware/security-headers.ts";

/** In bytes. Programs send some hundred; the library takes time that grows with the square of it. */
const maxPreferences = 2000;

/** What a client would like best of what it names; RFC 9110 section 12.5 leaves it to us to regard that or not. */
export const boundPreferences = (): Middleware => (ctx, next) => {
  for (const name of ["accept", "accept-encoding"] as const) {
    const value = ctx.req.headers[name];
    if (value !== undefined && value.length > maxPreferences) {
      ctx.req.headers[name] = value.slice(0, value.lastIndexOf(",", maxPreferences) + 1);
    }
  }
  return next();
};

/**
 * Picks the media type of the answer from those offered, in the server's order of preference
 * (http-api.md section 4). Undefined: the client accepts none of them.
 */
export const preferredType = <T extends string>(
  ctx: Context,
  offered: readonly [T, ...T[]],
): T | undefined => {
  // Most programs name the one type that they want, which takes no looking at preferences.
  const named = offered.find((type) => type === ctx.req.headers.accept);
  const preferred = named ?? ctx.accepts(...offered);
  return typeof preferred === "string" ? (preferred as T) : undefined;
};

/**
 * Tells clients and caches about the media types that are offered, and returns the preferred one. Throws NotAcceptable or
 * NotFound when there is none.
 */
export const negotiate = <T extends string>(
  ctx: Context,
  offered: readonly [T, ...T[]],
  preferred = preferredType(ctx, offered),
): T => {
  varyByAccept(ctx);
  if (ctx.path.length <= maxRepeatedPath) tellAlternatives(ctx, offered);
  if (preferred !== undefined) return preferred;
  if (wantsResource(ctx) && !offered.some(isResourceMediaType)) {
    throw new NotFound("There is no dataset and no narrative at this address.");
  }
  throw new NotAcceptable(`This can be had as ${offered.join(", ")}.`);
};

/**
 * In bytes, since a request's path is ASCII. It stands in the header once for each type, and proxies take
 * 16 kB of headers from us (docs/deployment.md section 7).
 */
const maxRepeatedPath = 1000;

const tellAlternatives = (ctx: Context, offered: readonly string[]): void => {
  const path = ctx.path.replace(/[<>"]/g, encodeURIComponent);
  ctx.res.setHeader("Link", offered.map((type) => `<${path}>; rel="alternate"; type="${type}"`).join(", "));
};

/** The library would take what most answers vary by already apart, and put it together again. */
const varyByAccept = (ctx: Context): void => {
  if (ctx.res.getHeader("Vary") === commonVary) ctx.res.setHeader("Vary", `${commonVary}, Accept`);
  else ctx.vary("Accept");
};

/** Takes a dataset or a narrative and nothing else, as the CLI does, which breaks down on a 406 (CLI-28). */
const wantsResource = (ctx: Context): boolean => {
  const asked = ctx.accepts() as readonly string[];
  return asked.length > 0 && asked.every((type) => isResourceMediaType(type.toLowerCase()));
};

/** `text/html` by name, at any quality; wildcards do not count (http-api.md section 9). */
export const isBrowserLike = (ctx: Context): boolean => ctx.get("Accept").toLowerCase().includes("text/html");

export const wantsJson = (ctx: Context): boolean =>
  !isBrowserLike(ctx) || ctx.get("Accept").toLowerCase().split(",").some(isJsonRange);

const isJsonRange = (range: string): boolean => {
  const type = range.split(";", 1)[0]?.trim() ?? "";
  return type === "application/json" || (type.startsWith("application/") && type.endsWith("+json"));
};
