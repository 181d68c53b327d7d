import type { Failure } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import { anonymous } from "../../../domain/identity/caller.ts";
import type { Right, Rights } from "../../../domain/identity/policy.ts";
import { denial, may, rightsWith, rolesOf } from "../../../domain/identity/policy.ts";
import type { Role } from "../../../domain/identity/role.ts";
import type { DatasetFile } from "../../../domain/resources/resource.ts";
import { sanitizeText } from "../../../domain/sanitize-text.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { Actor, Audit, AuditAction } from "../../../ports/driven/system/audit.ts";
import type { Attempt } from "../../../ports/driving/groups.ts";

interface Deps {
  readonly catalogue: RoleGroupCatalogue;
  readonly audit: Audit;
}

/** A caller's access to a group, for one request. It exists only for callers who may read the group's source. */
export interface Access {
  readonly group: Group;
  readonly caller: Caller;
  readonly rights: Rights;
  readonly roles: ReadonlySet<Role>;
  /** Throws what {@link GroupAccess.open} throws, unless the caller has this right. */
  require(right: Right): void;
  /**
   * Records who has read private data or changed anything, once it has been done. `path` is the address below the
   * group; `file` is the file of a dataset.
   */
  audit(action: AuditAction, path: string, file?: DatasetFile): void;
}

/** The one place where the policy is evaluated, and where what it denies is audited. */
export interface GroupAccess {
  /**
   * Throws LoginRequired, NotAllowed, or the outage because of which the caller is unverified, or it is not known which
   * groups there are.
   */
  open(caller: Caller, name: string, attempt: Attempt): Access;
  openAll(caller: Caller, attempt: Attempt): readonly Access[];
  mayOpen(caller: Caller, group: Group): boolean;
  isForAnyone(group: Group): boolean;
  /**
   * Records a change by somebody who needs no right for it, such as who accepts an invitation. `path` is the address below
   * the group.
   */
  auditChange(caller: Caller, group: Group, path: string): void;
}

/** Of a denied path in the log, in characters; longer than the path of any dataset, whose limit is in bytes. */
const maxPathLength = 300;

/** Reading a public group's data is not audited, since anybody may. */
const isAudited = (action: AuditAction, group: Group): boolean =>
  !group.isPublic || action === "write" || action === "delete";

const actorOf = (caller: Caller): Actor => {
  if (caller.kind !== "user") return { kind: caller.kind };
  const { username, person } = caller.user;
  return { kind: "user", username, subject: person.subject };
};

/** Audit events name a file only where the path of its dataset does not say which one is meant. */
const otherThanMain = (file: DatasetFile | undefined) =>
  file === undefined || file === "main" ? {} : { file };

export const groupAccess = ({ catalogue, audit }: Deps): GroupAccess => {
  const deny = (failure: Failure, caller: Caller, group: Group | undefined, attempt: Attempt): never => {
    // An anonymous caller is asked to log in, which denies nothing yet: a scan of addresses writes no audit events.
    if (group && failure.code === "not-allowed") {
      const { action, path, file } = attempt;
      const object = { group: group.name, path: sanitizeText(path, maxPathLength), ...otherThanMain(file) };
      audit.record({ who: actorOf(caller), action, ...object, verdict: "denied" });
    }
    throw failure;
  };
  const granted = (
    caller: Caller,
    { group, rights, roles }: Pick<Access, "group" | "rights" | "roles">,
    attempt: Attempt,
  ): Access => ({
    group,
    caller,
    rights,
    roles,
    require: (right) => {
      if (!rights.has(right)) deny(denial(caller, group, right), caller, group, attempt);
    },
    audit: (action, path, file) => {
      if (!isAudited(action, group)) return;
      const object = { group: group.name, path, ...otherThanMain(file) };
      audit.record({ who: actorOf(caller), action, ...object, verdict: "allowed" });
    },
  });
  return {
    open: (caller, name, attempt) => {
      const group = catalogue.find(name);
      const roles = rolesOf(caller, group);
      const rights = rightsWith(roles, group);
      if (!group || !rights.has("read source")) {
        // While a name that is no group's is an outage, so is a private group's, or the difference would tell of it.
        return deny(catalogue.doubt?.() ?? denial(caller), caller, group, attempt);
      }
      return granted(caller, { group, rights, roles }, attempt);
    },
    openAll: (caller, attempt) =>
      catalogue
        .all()
        .map((group) => {
          const roles = rolesOf(caller, group);
          return granted(caller, { group, roles, rights: rightsWith(roles, group) }, attempt);
        })
        .filter(({ rights }) => rights.has("read source")),
    mayOpen: (caller, group) => may(caller, "read", "source", group),
    isForAnyone: (group) => may(anonymous, "read", "source", group),
    auditChange: (caller, { name: group }, path) =>
      audit.record({ who: actorOf(caller), action: "write", group, path, verdict: "allowed" }),
  };
};
