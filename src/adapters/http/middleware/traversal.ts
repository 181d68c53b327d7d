import { BadRequest } from "../../../domain/failure.ts";
import type { Middleware } from "../context.ts";

/** Paths that do not match need no further check. */
const percentOrDots = /%|\.\./;
const parentSegment = /^(\.|%2e){2}$/i;

/**
 * Rejects paths with a `..` segment in any encoding, and paths that cannot be decoded, before they are used
 * (http-api.md section 1).
 */
export const rejectTraversal = (): Middleware => (ctx, next) => {
  if (!percentOrDots.test(ctx.path)) return next();
  if (ctx.path.split("/").some((segment) => parentSegment.test(segment))) {
    throw new BadRequest("An address may not hold the name .. (parent folder).");
  }
  decodePath(ctx.path);
  return next();
};

/** Decodes a percent-encoded path. Throws BadRequest when it is malformed or contains NUL. */
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
