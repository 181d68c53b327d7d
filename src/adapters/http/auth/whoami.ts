import type { Group } from "../../../domain/groups/group.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import { roleGroup, roles } from "../../../domain/identity/role.ts";
import { sanitizeText } from "../../../domain/sanitize-text.ts";
import type { Groups } from "../../../ports/driving/groups.ts";

const toJson = (group: Group) => ({
  ...group,
  membershipRoles: Object.fromEntries(roles.map((role) => [role, roleGroup(group, role)])),
});

/** The JSON representation of `/whoami` (http-api.md section 13). */
export const whoami = (caller: Caller, groups: Groups) => {
  const memberships = groups.memberships(caller);
  return {
    user:
      caller.kind === "user"
        ? {
            username: caller.user.username,
            groups: memberships.map(toJson),
            authzRoles: [...caller.user.authzRoles],
            flags: [...caller.user.flags],
            cognitoGroups: caller.user.claimedGroups,
          }
        : null,
    visibleGroups: groups
      .visible(caller)
      .map(({ group, isForAnyone }) => ({ name: group.name, private: !isForAnyone })),
    groupMemberships: memberships.map(({ name, isPublic }) => ({ name, isPublic })),
    ...(hasUnknownRoles(caller) ? { isIncomplete: true } : {}),
  };
};

/** Whether it cannot be read now in which groups the caller has been given a role. */
export const hasUnknownRoles = (caller: Caller): boolean =>
  caller.kind === "user" && caller.user.unknownRoles !== undefined;

/**
 * Explains to the operator why a user has no role, since a setting may be wrong; undefined when there is nothing to
 * explain. It is shown to the user, and discloses nothing but the user's own claims.
 */
export const explainNoRoles = (caller: Caller, memberships: readonly Group[]): string | undefined => {
  if (caller.kind !== "user" || memberships.length > 0 || hasUnknownRoles(caller)) return undefined;
  const { groupsFault, authzRoles, claimedGroups } = caller.user;
  if (groupsFault !== undefined) {
    return `in what the identity provider says about you, ${groupsFault} (setting OIDC_GROUPS_CLAIM)`;
  }
  // Without the role groups that ROLE_GROUPS adds, which the provider does not name.
  const claimed = new Set(claimedGroups);
  const named = [...authzRoles].filter((name) => claimed.has(name));
  const [first] = named;
  if (first === undefined) return undefined;
  const groupCount = named.length === 1 ? "one group" : `${named.length} groups`;
  return `the identity provider says that you are in ${groupCount}, such as “${sanitizeText(first, 100)}”, but in none that gives a role here`;
};
