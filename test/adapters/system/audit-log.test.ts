import { describe, expect, it } from "vitest";
import { auditLog } from "../../../src/adapters/system/audit-log.ts";
import type { AuditEvent } from "../../../src/ports/driven/system/audit.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";

const written = (event: AuditEvent) => {
  const log = recordingLog();
  auditLog(log).record(event);
  return log.events;
};

const object = { group: "blab", path: "flu/ha" } as const;
const vera = { kind: "user", username: "vera", subject: "7f3a" } as const;

describe("the audit in the log", () => {
  it("says what a person did to which file", () => {
    expect(
      written({ who: vera, action: "write", ...object, file: "measurements", verdict: "allowed" }),
    ).toEqual([
      {
        event: "access",
        action: "write",
        caller: "user",
        username: "vera",
        subject: "7f3a",
        ...object,
        file: "measurements",
      },
    ]);
  });

  it.each(["anonymous", "unverified"] as const)("names nobody where the caller is %s", (kind) => {
    expect(written({ who: { kind }, action: "read", ...object, verdict: "allowed" })).toEqual([
      { event: "access", action: "read", caller: kind, ...object },
    ]);
  });

  it("has another event for what was denied, so that nobody takes it for an access", () => {
    expect(written({ who: vera, action: "delete", ...object, verdict: "denied" })).toEqual([
      {
        event: "access-denied",
        action: "delete",
        caller: "user",
        username: "vera",
        subject: "7f3a",
        ...object,
      },
    ]);
  });
});
