import type { Caller } from "../../domain/caller.ts";
import { anonymous } from "../../domain/caller.ts";
import type { Group } from "../../domain/group.ts";
import { remembered } from "../../domain/remembered.ts";
import { roleGroup, roles } from "../../domain/role.ts";
import type { Groups } from "../../ports/driving/groups.ts";

/** The same for everybody. */
const described = remembered((group: Group) => ({
  ...group,
  membershipRoles: Object.fromEntries(roles.map((role) => [role, roleGroup(group.name, role)])),
}));

const isForAnyone = (group: Group, groups: Groups): boolean =>
  groups.isPermitted(anonymous, "read", "source", group);

/** The JSON form of `/whoami` (http-api.md section 13). */
export const whoami = (caller: Caller, groups: Groups) => {
  const memberships = groups.memberships(caller);
  return {
    user:
      caller.kind === "user"
        ? {
            username: caller.user.username,
            groups: memberships.map(described),
            authzRoles: [...caller.user.authzRoles],
            flags: [...caller.user.flags],
            cognitoGroups: caller.user.claimedGroups,
          }
        : null,
    visibleGroups: groups
      .visible(caller)
      .map((group) => ({ name: group.name, private: !isForAnyone(group, groups) })),
    groupMemberships: memberships.map(({ name, isPublic }) => ({ name, isPublic })),
  };
};
