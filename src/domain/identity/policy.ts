import type { Failure } from "../failure.ts";
import { LoginRequired, NotAllowed } from "../failure.ts";
import type { Group } from "../groups/group.ts";
import { archived, normaliseGroupName } from "../groups/group.ts";
import type { Caller } from "./caller.ts";
import type { Role } from "./role.ts";
import { rolesIn } from "./role.ts";
import type { UnknownRoles } from "./user.ts";

const actions = ["read", "write"] as const;
export type Action = (typeof actions)[number];

/** What an action is on: the group itself (its settings), its source, or a resource in its source. */
const objectTypes = ["group", "source", "dataset", "narrative"] as const;
export type ObjectType = (typeof objectTypes)[number];

export type Right = `${Action} ${ObjectType}`;

/** The rights of a caller in a group. */
export type Rights = ReadonlySet<Right>;

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

/** Reading is all that an archived group is for. */
const isOpenFor = (action: Action, group: Group): boolean => action === "read" || !group.isArchived;

const anyoneMay = (action: Action, type: ObjectType, group: Group): boolean =>
  action === "read" && type !== "group" && group.isPublic;

const noRoles: ReadonlySet<Role> = new Set();

/** The roles that a caller holds in a group; none for anybody who is not known. */
export const rolesOf = (caller: Caller, group: Group | undefined): ReadonlySet<Role> =>
  group && caller.kind === "user" ? rolesIn(group, caller.user.authzRoles) : noRoles;

const rolesAllow = (callerRoles: ReadonlySet<Role>, action: Action, type: ObjectType): boolean =>
  rules.some(
    (rule) =>
      rule.type === type && rule.allow.includes(action) && rule.roles.some((role) => callerRoles.has(role)),
  );

/** Whether the policy allows the action. It is evaluated on each call, from the caller's roles alone. */
export const may = (caller: Caller, action: Action, type: ObjectType, group: Group): boolean =>
  rightsIn(caller, group).has(`${action} ${type}`);

const everyRight = objectTypes.flatMap((type) =>
  actions.map((action) => ({ action, type, right: `${action} ${type}` as const })),
);

/**
 * The caller's rights in a group, evaluated once for a request. A group that does not exist (`undefined`) is treated as
 * a private one in which nobody has a role, so that the two cannot be distinguished.
 */
export const rightsIn = (caller: Caller, group: Group | undefined): Rights =>
  rightsWith(rolesOf(caller, group), group);

/** The same, for a caller whose roles in the group are known already. */
export const rightsWith = (callerRoles: ReadonlySet<Role>, group: Group | undefined): Rights => {
  if (!group) return new Set();
  const granted = everyRight.filter(
    ({ action, type }) =>
      isOpenFor(action, group) && (anyoneMay(action, type, group) || rolesAllow(callerRoles, action, type)),
  );
  return new Set(granted.map(({ right }) => right));
};

/**
 * The failure of a caller who lacks a right; the same whether the object exists or not. A user of whose roles some
 * cannot be read now has not been denied anything.
 * @param group The group, if the caller knows that it exists.
 * @param right The right that is lacking in it.
 */
export const denial = (caller: Caller, group?: Group, right?: Right): Failure => {
  if (caller.kind === "anonymous") return new LoginRequired();
  if (caller.kind === "unverified") return caller.cause;
  if (group?.isArchived && right?.startsWith("write ")) return archived();
  const { unknownRoles } = caller.user;
  return unknownRoles && mayHoldMore(unknownRoles, group) ? unknownRoles.cause : new NotAllowed();
};

const mayHoldMore = ({ groups }: UnknownRoles, group: Group | undefined): boolean =>
  groups === "all" || group === undefined || groups.has(normaliseGroupName(group.name));
