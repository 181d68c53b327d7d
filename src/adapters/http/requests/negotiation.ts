import { NotAcceptable, NotFound } from "../../../domain/failure.ts";
import { isResourceMediaType } from "../../../domain/resources/media-type.ts";
import type { Context, Middleware } from "../context.ts";
import { defaultVary } from "../middleware/security-headers.ts";

/** In bytes. Clients send some hundred; the library takes time that grows with the square of the length. */
const maxAcceptLength = 2000;

/** Cuts long Accept and Accept-Encoding headers, which a server may disregard (RFC 9110 section 12.5). */
export const limitAcceptHeaders = (): Middleware => (ctx, next) => {
  for (const name of ["accept", "accept-encoding"] as const) {
    const value = ctx.req.headers[name];
    if (value !== undefined && value.length > maxAcceptLength) {
      ctx.req.headers[name] = value.slice(0, value.lastIndexOf(",", maxAcceptLength) + 1);
    }
  }
  return next();
};

/**
 * Negotiates the response's media type among those offered, in the server's order of preference (http-api.md section 4).
 * Undefined: the client accepts none of them.
 */
export const preferredType = <T extends string>(
  ctx: Context,
  offered: readonly [T, ...T[]],
): T | undefined => {
  // Most programs accept exactly one type, which needs no parsing.
  const exactMatch = offered.find((type) => type === ctx.req.headers.accept);
  const preferred = exactMatch ?? ctx.accepts(...offered);
  return typeof preferred === "string" ? (preferred as T) : undefined;
};

/**
 * Sets Vary and Link for the offered media types, and returns the preferred one. Throws NotAcceptable, or NotFound when
 * the client accepts resources only and none is offered.
 */
export const negotiate = <T extends string>(
  ctx: Context,
  offered: readonly [T, ...T[]],
  preferred = preferredType(ctx, offered),
): T => {
  varyByAccept(ctx);
  if (ctx.path.length <= maxLinkedPathLength) setAlternateLinks(ctx, offered);
  if (preferred !== undefined) return preferred;
  if (acceptsOnlyResources(ctx) && !offered.some(isResourceMediaType)) {
    throw new NotFound("There is no dataset and no narrative at this address.");
  }
  throw new NotAcceptable(`This can be had as ${offered.join(", ")}.`);
};

/**
 * In bytes, since a request's path is ASCII. The Link header repeats it for each type, and proxies accept 16 kB of
 * headers (docs/deployment.md section 7).
 */
const maxLinkedPathLength = 1000;

const setAlternateLinks = (ctx: Context, offered: readonly string[]): void => {
  const path = ctx.path.replace(/[<>"]/g, encodeURIComponent);
  ctx.res.setHeader("Link", offered.map((type) => `<${path}>; rel="alternate"; type="${type}"`).join(", "));
};

/** `ctx.vary` parses the header anew, which the default value does not need. */
const varyByAccept = (ctx: Context): void => {
  if (ctx.res.getHeader("Vary") === defaultVary) ctx.res.setHeader("Vary", `${defaultVary}, Accept`);
  else ctx.vary("Accept");
};

/** Whether the client accepts resource types and nothing else. The CLI does, and cannot handle a 406 (CLI-28). */
const acceptsOnlyResources = (ctx: Context): boolean => {
  const accepted = ctx.accepts() as readonly string[];
  return accepted.length > 0 && accepted.every((type) => isResourceMediaType(type.toLowerCase()));
};

/** Whether Accept names `text/html`, with any weight; wildcards do not count (http-api.md section 9). */
export const acceptsHtml = (ctx: Context): boolean => ctx.get("Accept").toLowerCase().includes("text/html");

/** Whether an error is sent as JSON instead of HTML. */
export const prefersJson = (ctx: Context): boolean =>
  !acceptsHtml(ctx) || ctx.get("Accept").toLowerCase().split(",").some(isJsonRange);

const isJsonRange = (range: string): boolean => {
  const type = range.split(";", 1)[0]?.trim() ?? "";
  return type === "application/json" || (type.startsWith("application/") && type.endsWith("+json"));
};
