import type { Json, JsonObject } from "../../domain/brand.ts";
import { isFailure } from "../../domain/failure.ts";
import type { LogEvent } from "../../ports/driven/system/log.ts";

/** Longer chains are loops or accidents. */
const maxDepth = 8;

/** Node keeps ten frames, unless it is told otherwise. */
const maxFrames = 20;

/** The lines that say where an error happened, without its message, which may have several lines of its own. */
const framesOf = ({ stack = "", message }: Error): readonly string[] =>
  stack
    .slice(stack.indexOf(message) + message.length)
    .split("\n")
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, maxFrames)
    .map((line) => line.trim());

/** Outages that we know, and refusals of the system and of libraries, which have a code of their own. */
const isExpected = (cause: unknown): boolean =>
  isFailure(cause) || (cause instanceof Error && "code" in cause && cause.code !== undefined);

/** Whether this is a defect of the program: its place in the code then says more than its message. */
const isFault = (event: LogEvent): boolean =>
  event.event === "request-failed"
    ? event.code === "fault"
    : event.event === "background" && !isExpected(event.cause);

/**
 * What a log tells of an event's cause: name, message, code and cause of an error, and its stack where it is a
 * fault. Libraries hang requests, responses and tokens on their errors: nothing else is told.
 */
export const loggedCause = (event: LogEvent & { readonly cause?: unknown }): Json =>
  describe(event.cause, isFault(event), 0);

const describe = (cause: unknown, withStack: boolean, depth: number): Json => {
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : typeof cause;
  const code =
    "code" in cause && ["string", "number"].includes(typeof cause.code) ? String(cause.code) : undefined;
  const logged: JsonObject = {
    name: cause.name,
    message: cause.message,
    ...(code === undefined ? {} : { code }),
    ...(withStack ? { stack: framesOf(cause) } : {}),
  };
  if (cause.cause === undefined || depth >= maxDepth) return logged;
  return { ...logged, cause: describe(cause.cause, withStack, depth + 1) };
};
