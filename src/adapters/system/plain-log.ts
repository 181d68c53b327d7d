import { stripVTControlCharacters, styleText } from "node:util";
import type { Json } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log, LogEvent } from "../../ports/driven/system/log.ts";
import { serializeCause } from "./serialize-cause.ts";

type Style = "green" | "yellow" | "red" | "cyan" | "dim";

/** Replaces control characters, so that a path or a name cannot send escape sequences to the terminal. */
const printable = (text: string): string => stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, "\ufffd");

const formatCause = (cause: Json): string => {
  if (typeof cause !== "object" || cause === null || !("message" in cause)) return String(cause);
  const code = cause.code === undefined ? "" : ` (${String(cause.code)})`;
  const rest = cause.cause === undefined ? "" : `, because of ${formatCause(cause.cause)}`;
  return `${String(cause.name)}: ${String(cause.message)}${code}${rest}`;
};

/** The stack frames of an error, and then those of its causes. */
const stackFrames = (cause: Json | undefined): readonly string[] => {
  if (typeof cause !== "object" || cause === null || !("message" in cause)) return [];
  return [...(Array.isArray(cause.stack) ? cause.stack.map(String) : []), ...stackFrames(cause.cause)];
};

const warnings: readonly LogEvent["event"][] = [
  "session-dropped",
  "groups-elsewhere",
  "unknown-setting",
  "unsafe-setting",
  "unknown-role-groups",
];

const styleOf = (event: LogEvent): Style => {
  if (event.event === "request")
    return event.status >= 500 ? "red" : event.status >= 400 ? "yellow" : "green";
  if ("cause" in event && event.cause !== undefined) return "red";
  if (event.event === "store-probe" && event.fault !== undefined) return "yellow";
  if (event.event === "mail" && event.outcome !== "accepted") return "yellow";
  return warnings.includes(event.event) ? "yellow" : "cyan";
};

const formatEvent = (event: LogEvent): string => {
  if (event.event === "request") {
    const { status, method, path, seconds } = event;
    return `${status} ${method} ${path} ${Math.round(seconds * 1000)} ms`;
  }
  const { event: name, ...fields } = event;
  const values = Object.entries(fields)
    .filter(([field]) => field !== "cause")
    .map(([field, value]) =>
      Array.isArray(value) ? `${field}: ${value.join(", ") || "none"}` : String(value),
    );
  const cause = "cause" in event && event.cause !== undefined ? [formatCause(serializeCause(event))] : [];
  return [name, ...values, ...cause].join(" · ");
};

/**
 * Writes one short line for each event, for people. `styleText` omits colours where NO_COLOR is set or the stream is
 * no terminal.
 */
export const plainLog = (output: NodeJS.WritableStream, clock: Clock): Log => ({
  write(event) {
    const time = new Date(clock.now() * 1000).toTimeString().slice(0, 8);
    const options = { stream: output };
    const line = printable(formatEvent(event));
    const frames = "cause" in event ? stackFrames(serializeCause(event)) : [];
    const stack = frames.map((frame) => styleText("dim", `    ${printable(frame)}\n`, options)).join("");
    output.write(`${styleText("dim", time, options)} ${styleText(styleOf(event), line, options)}\n${stack}`);
  },
});
