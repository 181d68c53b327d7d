import type { Branded } from "../brand.ts";

/** A path of our own origin, query included, that a browser may be sent to after a login. */
export type ReturnPath = Branded<"ReturnPath">;

export const home = "/" as ReturnPath;

/** In bytes; longer ones would not fit into the cookie of a login, nor into a redirect's header. */
const maxSize = 1300;

/** What a path takes up in the cookie of a login, which holds it as JSON: quotes count twice, letters of others more. */
export const sizeOf = (path: string): number => new TextEncoder().encode(JSON.stringify(path)).length - 2;

const fits = (text: string): boolean => text.length <= maxSize && sizeOf(text) <= maxSize;

/** A path without its query when it is too long with it: links that select many samples have some kilobytes. */
const shortened = (text: string): string => (fits(text) ? text : text.replace(/[?#].*$/s, ""));

/** Places that would begin, end or refuse a login again. */
const signInPath = /^\/+(login|logged-in|logout)\/?$/i;

/** The path that a browser asks for, which has no dots for folders and no blanks around it any more. */
const resolvedPath = (text: string): string => new URL(text, "https://origin.invalid").pathname;

/**
 * Where to go after a login; of what is too long the query is dropped before the path is.
 * Accepts only what every browser takes for a path of this origin: one slash first, then neither a second
 * one nor a backslash (both name a host), and no control character (browsers drop some of them).
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
