import { stripVTControlCharacters, styleText } from "node:util";
import type { Json } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log, LogEvent } from "../../ports/driven/system/log.ts";
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

/** Where a fault happened: its own frames first, then those of what caused it. */
const framesOf = (cause: Json | undefined): readonly string[] => {
  if (typeof cause !== "object" || cause === null || !("message" in cause)) return [];
  return [...(Array.isArray(cause.stack) ? cause.stack.map(String) : []), ...framesOf(cause.cause)];
};

const cautions: readonly LogEvent["event"][] = [
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
  return cautions.includes(event.event) ? "yellow" : "cyan";
};

const describe = (event: LogEvent): string => {
  if (event.event === "request") {
    const { status, method, path, seconds } = event;
    return `${status} ${method} ${path} ${Math.round(seconds * 1000)} ms`;
  }
  const { event: name, ...fields } = event;
  const told = Object.entries(fields)
    .filter(([field]) => field !== "cause")
    .map(([field, value]) =>
      Array.isArray(value) ? `${field}: ${value.join(", ") || "none"}` : String(value),
    );
  const cause = "cause" in event && event.cause !== undefined ? [causeText(loggedCause(event))] : [];
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
    const frames = "cause" in event ? framesOf(loggedCause(event)) : [];
    const place = frames.map((frame) => styleText("dim", `    ${printable(frame)}\n`, options)).join("");
    output.write(`${styleText("dim", time, options)} ${styleText(styleOf(event), line, options)}\n${place}`);
  },
});
