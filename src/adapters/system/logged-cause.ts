import type { Json, JsonObject } from "../../domain/brand.ts";

/** Longer chains are loops or accidents. */
const maxDepth = 8;

/**
 * What a log tells of an error: its name, message, code and cause, nothing else. Libraries hang requests,
 * responses and tokens on their errors, and a stack would be read by nobody who runs the server.
 */
export const loggedCause = (cause: unknown, depth = 0): Json => {
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : typeof cause;
  const code =
    "code" in cause && ["string", "number"].includes(typeof cause.code) ? String(cause.code) : undefined;
  const logged: JsonObject = {
    name: cause.name,
    message: cause.message,
    ...(code === undefined ? {} : { code }),
  };
  if (cause.cause === undefined || depth >= maxDepth) return logged;
  return { ...logged, cause: loggedCause(cause.cause, depth + 1) };
};
