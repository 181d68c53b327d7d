import { LoginRequired, NotAllowed } from "../failure.ts";
import type { Group } from "../groups/group.ts";
import type { Caller } from "./caller.ts";
import type { Role } from "./role.ts";
import { rolesIn } from "./role.ts";

export type Action = "read" | "write";

/** What an action is on: the group itself (its settings), its source, or a resource in its source. */
export type ObjectType = "group" | "source" | "dataset" | "narrative";

interface Rule {
  readonly type: ObjectType;
  readonly roles: readonly Role[];
  readonly allow: readonly Action[];
}

/** The rules of groups-and-authorization.md section 4; what no rule allows is denied. */
const rules: readonly Rule[] = [
  { type: "group", roles: ["viewers", "editors"], allow: ["read"] },
  { type: "group", roles: ["owners"], allow: ["read", "write"] },
  { type: "source", roles: ["viewers", "editors", "owners"], allow: ["read"] },
  { type: "dataset", roles: ["viewers"], allow: ["read"] },
  { type: "dataset", roles: ["editors", "owners"], allow: ["read", "write"] },
  { type: "narrative", roles: ["viewers"], allow: ["read"] },
  { type: "narrative", roles: ["editors", "owners"], allow: ["read", "write"] },
];

const anyoneMay = (action: Action, type: ObjectType, group: Group): boolean =>
  action === "read" && type !== "group" && group.isPublic;

/** Whether the policy allows the action. It is evaluated on each call, from the caller's roles alone. */
export const may = (caller: Caller, action: Action, type: ObjectType, group: Group): boolean => {
  if (anyoneMay(action, type, group)) return true;
  if (caller.kind !== "user") return false;
  const callerRoles = rolesIn(group, caller.user.authzRoles);
  return rules.some(
    (rule) =>
      rule.type === type && rule.allow.includes(action) && rule.roles.some((role) => callerRoles.has(role)),
  );
};

/**
 * Throws unless the caller may do this. A group that does not exist (`undefined`) is treated as a private
 * one in which nobody has a role, so that the two cannot be told apart.
 */
export function permit(
  caller: Caller,
  action: Action,
  type: ObjectType,
  group: Group | undefined,
): asserts group is Group {
  if (group && may(caller, action, type, group)) return;
  if (caller.kind === "anonymous") throw new LoginRequired();
  if (caller.kind === "unverified") throw caller.cause;
  throw new NotAllowed();
}
