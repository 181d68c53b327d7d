import type { Json, JsonObject } from "../../domain/brand.ts";
import { isFailure } from "../../domain/failure.ts";
import type { LogEvent } from "../../ports/driven/system/log.ts";

/** Of a chain of causes, which may be circular. */
const maxDepth = 8;

/** Node records ten frames by default (`Error.stackTraceLimit`). */
const maxFrames = 20;

/** The frames of an error's stack, without its message, which may have lines like frames. */
const stackFrames = ({ stack = "", message }: Error): readonly string[] =>
  stack
    .slice(stack.indexOf(message) + message.length)
    .split("\n")
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, maxFrames)
    .map((line) => line.trim());

/** Whether an error is a domain failure, or one of the system or a library, which has a code. */
const isExpected = (cause: unknown): boolean =>
  isFailure(cause) || (cause instanceof Error && "code" in cause && cause.code !== undefined);

/** Whether an event reports a programming error, whose stack is needed to find it. */
const isProgrammingError = (event: LogEvent): boolean =>
  event.event === "request-failed"
    ? event.code === "fault"
    : event.event === "background" && !isExpected(event.cause);

/**
 * Serializes an event's cause: an error's name, message, code and cause, and its stack if it is a programming error.
 * Other properties are left out, since libraries attach requests, responses and tokens to their errors.
 */
export const serializeCause = (event: LogEvent & { readonly cause?: unknown }): Json =>
  serialize(event.cause, isProgrammingError(event), 0);

const serialize = (cause: unknown, withStack: boolean, depth: number): Json => {
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : typeof cause;
  const code =
    "code" in cause && ["string", "number"].includes(typeof cause.code) ? String(cause.code) : undefined;
  const serialized: JsonObject = {
    name: cause.name,
    message: cause.message,
    ...(code === undefined ? {} : { code }),
    ...(withStack ? { stack: stackFrames(cause) } : {}),
  };
  if (cause.cause === undefined || depth >= maxDepth) return serialized;
  return { ...serialized, cause: serialize(cause.cause, withStack, depth + 1) };
};
