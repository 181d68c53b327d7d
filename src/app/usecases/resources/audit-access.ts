import type { Group } from "../../../domain/groups/group.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import type { Actor, Audit, AuditAction } from "../../../ports/driven/system/audit.ts";

/**
 * Tells who has read private data or changed anything, once it has been done and by whichever route it was
 * asked for. `path` is the address below the group; `file` is a file of a dataset other than its main one.
 */
export type AuditAccess = (
  caller: Caller,
  action: AuditAction,
  group: Group,
  path: string,
  file?: string,
) => void;

/** Anybody may read a public group's data: who does is nobody's business. */
const isTold = (action: AuditAction, group: Group): boolean =>
  !group.isPublic || action === "write" || action === "delete";

const actorOf = (caller: Caller): Actor => {
  if (caller.kind !== "user") return { kind: caller.kind };
  const { username, person } = caller.user;
  return { kind: "user", username, subject: person.subject };
};

export const auditAccess =
  (audit: Audit): AuditAccess =>
  (caller, action, group, path, file) => {
    if (!isTold(action, group)) return;
    const object = { group: group.name, path, ...(file === undefined ? {} : { file }) };
    audit.record({ who: actorOf(caller), action, ...object, verdict: "allowed" });
  };
