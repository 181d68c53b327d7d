import { stripVTControlCharacters, styleText } from "node:util";
import type { Json } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/clock.ts";
import type { Log, LogEvent } from "../../ports/driven/log.ts";
import { loggedCause } from "./logged-cause.ts";

type Style = "green" | "yellow" | "red" | "cyan" | "dim";

/** Control characters in a path or a name must not reach a terminal. */
const printable = (text: string): string => stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, "\ufffd");

const causeText = (cause: Json): string => {
  if (typeof cause !== "object" || cause === null || !("message" in cause)) return String(cause);
  const code = cause.code === undefined ? "" : ` (${String(cause.code)})`;
  const rest = cause.cause === undefined ? "" : `, because of ${causeText(cause.cause)}`;
  return `${String(cause.name)}: ${String(cause.message)}${code}${rest}`;
};

const styleOf = (event: LogEvent): Style => {
  if (event.event === "request")
    return event.status >= 500 ? "red" : event.status >= 400 ? "yellow" : "green";
  if ("cause" in event && event.cause !== undefined) return "red";
  return ["session-dropped", "groups-elsewhere", "unknown-setting"].includes(event.event) ? "yellow" : "cyan";
};

const describe = (event: LogEvent): string => {
  if (event.event === "request") {
    const { status, method, path, seconds } = event;
    return `${status} ${method} ${path} ${Math.round(seconds * 1000)} ms`;
  }
  const { event: name, ...fields } = event;
  const told = Object.entries(fields)
    .filter(([field]) => field !== "cause")
    .map(([, value]) => String(value));
  const cause = "cause" in event && event.cause !== undefined ? [causeText(loggedCause(event.cause))] : [];
  return [name, ...told, ...cause].join(" · ");
};

/**
 * One short line for each event: for a person who looks on.
 * Colours only where they can be shown: `styleText` heeds NO_COLOR and what the stream is.
 */
export const plainLog = (output: NodeJS.WritableStream, clock: Clock): Log => ({
  write(event) {
    const time = new Date(clock.now() * 1000).toTimeString().slice(0, 8);
    const options = { stream: output };
    const line = printable(describe(event));
    output.write(`${styleText("dim", time, options)} ${styleText(styleOf(event), line, options)}\n`);
  },
});
