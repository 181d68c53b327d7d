import type { GroupName } from "./group.ts";
import { normaliseGroupName } from "./group.ts";

/** The roles of a group, least to most privileged; listed, not inherited. */
export const roles = ["viewers", "editors", "owners"] as const;
export type Role = (typeof roles)[number];

/** The identity provider's group whose members hold a role, for example `blab/editors`. */
export const roleGroup = (group: GroupName, role: Role): string => `${normaliseGroupName(group)}/${role}`;

/** What a role group's name says: everything before the first slash, and after it. */
const partsOf = (name: string): [group: string, role: string] => {
  const slash = name.indexOf("/");
  return slash < 0 ? [name, ""] : [name.slice(0, slash), name.slice(slash + 1)];
};

/** The group that a claim entry names, as it is looked up; a role is not needed for it to count. */
export const groupOfRoleGroup = (name: string) => normaliseGroupName(partsOf(name)[0]);

/** The roles in `group` that these claim entries give. The group's spelling does not matter, the role's does. */
export const rolesIn = (group: GroupName, roleGroups: Iterable<string>): ReadonlySet<Role> => {
  const wanted = normaliseGroupName(group);
  const held = new Set<Role>();
  for (const name of roleGroups) {
    const [groupPart, rolePart] = partsOf(name);
    const role = roles.find((r) => r === rolePart);
    if (role && normaliseGroupName(groupPart) === wanted) held.add(role);
  }
  return held;
};
