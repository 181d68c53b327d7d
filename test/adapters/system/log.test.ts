import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { jsonLog } from "../../../src/adapters/system/json-log.ts";
import { plainLog } from "../../../src/adapters/system/plain-log.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { LogEvent } from "../../../src/ports/driven/system/log.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";

const systemError = Object.assign(new Error("disk full"), {
  code: "ENOSPC",
  path: "/secret/path",
  request: { headers: { authorization: "Bearer secret" } },
});
const failed: LogEvent = {
  event: "request-failed",
  id: "r1",
  code: "store-down",
  cause: new StoreDown({ cause: systemError }),
};
const request: LogEvent = {
  event: "request",
  id: "r1",
  method: "GET",
  path: "/",
  status: 200,
  seconds: 0.0123,
};

const jsonLines = (...events: LogEvent[]) => {
  const lines: string[] = [];
  const log = jsonLog({ write: (line: string) => lines.push(line) }, manualClock());
  for (const event of events) log.write(event);
  return lines;
};

const plainLines = (...events: LogEvent[]): string => {
  const output = new PassThrough();
  const log = plainLog(output, manualClock());
  for (const event of events) log.write(event);
  return String(output.read());
};

describe("the JSON log", () => {
  it("writes one line of JSON for each event, with its time and its fields", () => {
    const lines = jsonLines(request, { event: "stopped" });
    expect(lines).toHaveLength(2);
    expect(lines.every((line) => line.indexOf("\n") === line.length - 1)).toBe(true);
    expect(JSON.parse(lines[0] ?? "")).toEqual({ time: "2027-01-15T08:00:00.000Z", ...request });
  });

  it("writes a cause's name, message, code and cause, and nothing else", () => {
    const [line = ""] = jsonLines(failed);
    expect(JSON.parse(line).cause).toEqual({
      name: "Error",
      message: new StoreDown().message,
      code: "store-down",
      cause: { name: "Error", message: "disk full", code: "ENOSPC" },
    });
    expect(line).not.toContain("secret");
  });

  it("writes the stacks of a programming error and of its cause", () => {
    const cause = new TypeError("secret is not\n    at a function", { cause: new RangeError("too far") });
    const [line = ""] = jsonLines({ event: "request-failed", id: "r1", code: "fault", cause });
    const logged = JSON.parse(line).cause;
    expect(logged.stack[0]).toMatch(/^at .*log\.test\.ts:\d+:\d+\)?$/);
    expect(logged.stack.length).toBeLessThanOrEqual(20);
    expect(logged.cause.stack[0]).toMatch(/log\.test\.ts/);
  });

  it("writes them for background work too, but not for an outage", () => {
    const background = (cause: unknown): LogEvent => ({ event: "background", what: "sweeping", cause });
    const [fault = "", ...outages] = jsonLines(
      background(new TypeError("x")),
      background(new StoreDown({ cause: systemError })),
      background(systemError),
    );
    expect(JSON.parse(fault).cause.stack[0]).toMatch(/log\.test\.ts/);
    expect(outages.join()).not.toContain("stack");
  });

  it("accepts causes that are no errors, and circular ones", () => {
    const loop = new Error("again");
    loop.cause = loop;
    const event = (cause: unknown): LogEvent => ({ event: "background", what: "sweeping", cause });
    const lines = jsonLines(
      event("text"),
      event({ token: "secret" }),
      event(undefined),
      event(loop),
      event(10n),
    );
    expect(lines.map((line) => JSON.parse(line).cause).slice(0, 2)).toEqual(["text", "object"]);
    expect(lines).toHaveLength(5);
    expect(lines.join()).not.toContain("secret");
  });
});

describe("the plain log", () => {
  it("writes one short line for each event, without colours when the stream is no terminal", () => {
    const lines = plainLines(request, failed).split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d 200 GET \/ 12 ms$/);
    expect(lines[1]).toContain("store-down");
    expect(lines[1]).toContain("because of Error: disk full (ENOSPC)");
    expect(lines.join()).not.toContain("secret");
  });

  it("writes the stack of a programming error below its line", () => {
    const lines = plainLines({ event: "request-failed", id: "r1", code: "fault", cause: new TypeError("x") });
    expect(lines.split("\n")[1]).toMatch(/^ {4}at .*log\.test\.ts/);
  });

  it("replaces control characters", () => {
    const text = plainLines({ ...request, path: "/a\u001b[31m\r\nforged line\u0007" });
    expect(text.trimEnd().split("\n")).toHaveLength(1);
    expect(text.trimEnd()).not.toMatch(/\p{Cc}/u);
  });
});

it("the plain log writes a list with its name, also when it is empty", () => {
  const line = plainLines({
    event: "sign-in",
    outcome: "done",
    username: "alice",
    subject: "1f0c",
    roleGroups: ["blab/owners", "other/viewers"],
    ignoredGroups: [],
  });
  expect(line).toContain(
    "sign-in · done · alice · 1f0c · roleGroups: blab/owners, other/viewers · ignoredGroups: none",
  );
});
