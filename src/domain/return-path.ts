import type { Branded } from "./brand.ts";

/** A path of our own origin, query included, that a browser may be sent to after a login. */
export type ReturnPath = Branded<"ReturnPath">;

export const home = "/" as ReturnPath;

/** Longer ones would not fit into a cookie. */
const maxLength = 2000;

/** Places that would begin, end or refuse a login again. */
const signInPath = /^\/+(login|logged-in|logout)\/?([?#]|$)/i;

/**
 * Accepts only what every browser takes for a path of this origin: one slash first, then neither a second
 * one nor a backslash (both name a host), and no control character (browsers drop some of them).
 */
export const parseReturnPath = (text: string): ReturnPath | undefined =>
  text.length <= maxLength &&
  /^\/(?![/\\])/.test(text) &&
  !text.includes("\\") &&
  !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) &&
  !signInPath.test(text)
    ? (text as ReturnPath)
    : undefined;
