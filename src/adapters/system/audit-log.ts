import type { Audit } from "../../ports/driven/system/audit.ts";
import type { Log } from "../../ports/driven/system/log.ts";

/** Writes what has been done into the log, as `access`; a request that was refused is none. */
export const auditLog = (log: Log): Audit => ({
  record: ({ who: { kind: caller, ...person }, verdict, action, ...object }) => {
    if (verdict === "allowed") log.write({ event: "access", action, caller, ...person, ...object });
  },
});
