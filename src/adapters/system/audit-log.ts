import type { Audit } from "../../ports/driven/system/audit.ts";
import type { Log } from "../../ports/driven/system/log.ts";

/** Logs allowed actions as `access`, and denied ones as `access-denied`. */
export const auditLog = (log: Log): Audit => ({
  record: ({ who: { kind: caller, ...person }, verdict, action, ...object }) => {
    const event = verdict === "allowed" ? "access" : "access-denied";
    log.write({ event, action, caller, ...person, ...object });
  },
});
