import type { Branded } from "../brand.ts";

/** A path of the server's own origin, with its query, to which a login may redirect. */
export type ReturnPath = Branded<"ReturnPath">;

export const home = "/" as ReturnPath;

/** In bytes; longer paths fit neither into the login attempt's cookie nor into a redirect's header. */
const maxSize = 1300;

/** A path's size in the login attempt's cookie, in bytes of JSON: quotes are escaped, and other characters encoded. */
export const sizeOf = (path: string): number => new TextEncoder().encode(JSON.stringify(path)).length - 2;

const fits = (text: string): boolean => text.length <= maxSize && sizeOf(text) <= maxSize;

/** Drops the query of a path that is too long: links that select many samples have some kilobytes. */
const shortened = (text: string): string => (fits(text) ? text : text.replace(/[?#].*$/s, ""));

/** Paths that would start, finish or end a login again. */
const signInPath = /^\/+(login|logged-in|logout)\/?$/i;

/** The path that a browser requests: dot segments are resolved, and blanks around it removed. */
const resolvedPath = (text: string): string => new URL(text, "https://origin.invalid").pathname;

/**
 * Parses where to redirect after a login. Accepts only what every browser resolves to a path of this origin: one slash
 * first, then neither a second one nor a backslash (both would begin a host), and no control characters (browsers drop
 * some). The query of a path that is too long is dropped.
 */
export const parseReturnPath = (whole: string): ReturnPath | undefined => {
  const text = shortened(whole);
  return fits(text) &&
    /^\/(?![/\\])/.test(text) &&
    !text.includes("\\") &&
    !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) &&
    !signInPath.test(resolvedPath(text))
    ? (text as ReturnPath)
    : undefined;
};
