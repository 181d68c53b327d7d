import { BadRequest } from "../../../domain/failure.ts";
import type { Middleware } from "../context.ts";

/** An address without these needs no closer look. */
const suspicious = /%|\.\./;
const parent = /^(\.|%2e){2}$/i;

/**
 * Refuses `..` in whatever spelling, and what cannot be decoded, before anybody makes a path of it
 * (http-api.md section 1).
 */
export const refuseTraversal = (): Middleware => (ctx, next) => {
  if (!suspicious.test(ctx.path)) return next();
  if (ctx.path.split("/").some((segment) => parent.test(segment))) {
    throw new BadRequest("An address may not hold the name .. (parent folder).");
  }
  decodePath(ctx.path);
  return next();
};

/** Decodes the percent-encoded part of an address. @throws BadRequest */
export const decodePath = (encoded: string): string => {
  let decoded: string;
  try {
    decoded = decodeURIComponent(encoded);
  } catch {
    throw new BadRequest("This address is not encoded correctly.");
  }
  if (decoded.includes("\0")) throw new BadRequest("An address may not hold the character NUL.");
  return decoded;
};
