import { describe, expect, it } from "vitest";
import { auditLog } from "../../../src/adapters/system/audit-log.ts";
import type { AuditEvent } from "../../../src/ports/driven/system/audit.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";

const logged = (event: AuditEvent) => {
  const log = recordingLog();
  auditLog(log).record(event);
  return log.events;
};

const object = { group: "blab", path: "flu/ha" } as const;
const vera = { kind: "user", username: "vera", subject: "7f3a" } as const;

describe("the audit log", () => {
  it("records what a user did to which file", () => {
    expect(
      logged({ who: vera, action: "write", ...object, file: "measurements", verdict: "allowed" }),
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

  it.each(["anonymous", "unverified"] as const)("records no user for a caller who is %s", (kind) => {
    expect(logged({ who: { kind }, action: "read", ...object, verdict: "allowed" })).toEqual([
      { event: "access", action: "read", caller: kind, ...object },
    ]);
  });

  it("records denied actions as another event", () => {
    expect(logged({ who: vera, action: "delete", ...object, verdict: "denied" })).toEqual([
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
