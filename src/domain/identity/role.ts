import type { Group, NormalisedGroupName } from "../groups/group.ts";
import { normaliseGroupName } from "../groups/group.ts";
import { memoize } from "../memoize.ts";

/** The roles of a group, least to most privileged; listed, not inherited. */
export const roles = ["viewers", "editors", "owners"] as const;
export type Role = (typeof roles)[number];

/** Memoized, since each right that is looked up in a request asks for it: saves 6 % of a request to `/whoami`. */
const normalisedName = memoize(({ name }: Group) => normaliseGroupName(name));

/** The identity provider's group whose members hold a role, for example `blab/editors`. */
export const roleGroup = (group: Group, role: Role): string => `${normalisedName(group)}/${role}`;

/** Splits a role group's name at its first slash. */
const partsOf = (name: string): [group: string, role: string] => {
  const slash = name.indexOf("/");
  return slash < 0 ? [name, ""] : [name.slice(0, slash), name.slice(slash + 1)];
};

/**
 * Normalises a group's name in a claim. Only ASCII letters are lower-cased, and NFKC is not applied: a name that merely
 * looks like a group's, such as one in compatibility letters, grants nothing.
 */
const claimedName = (text: string): NormalisedGroupName =>
  text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) as NormalisedGroupName;

/** The group and the role that a role group's name stands for; undefined: it stands for none. */
export const parseRoleGroup = (
  name: string,
): { readonly group: NormalisedGroupName; readonly role: Role } | undefined => {
  const [group, rolePart] = partsOf(name);
  const role = roles.find((known) => known === rolePart);
  return role && { group: claimedName(group), role };
};

/** The roles that claim entries give, by group; memoized, which saves 4 µs a request (`npm run bench caches`). */
const byGroup = memoize((roleGroups: ReadonlySet<string>) => {
  const rolesByGroup = new Map<NormalisedGroupName, Set<Role>>();
  for (const name of roleGroups) {
    const [groupPart, rolePart] = partsOf(name);
    const group = claimedName(groupPart);
    const role = roles.find((known) => known === rolePart);
    const present = rolesByGroup.get(group) ?? new Set();
    rolesByGroup.set(group, role ? present.add(role) : present);
  }
  return rolesByGroup;
});

const none: ReadonlySet<Role> = new Set();

/** The roles in `group` that these claim entries give. The group's spelling does not matter, the role's does. */
export const rolesIn = (group: Group, roleGroups: ReadonlySet<string>): ReadonlySet<Role> =>
  byGroup(roleGroups).get(normalisedName(group)) ?? none;

/** Whether any of these claim entries names the group; a role is not needed for it to count. */
export const isNamed = (group: Group, roleGroups: ReadonlySet<string>): boolean =>
  byGroup(roleGroups).has(normalisedName(group));

/** Which entries of a claim give a role in one of these groups, and which give none. */
export const partitionRoleGroups = (
  groups: readonly Group[],
  entries: Iterable<string>,
): { readonly recognised: readonly string[]; readonly ignored: readonly string[] } => {
  const known = new Set(groups.map(normalisedName));
  const givesRole = (entry: string): boolean => {
    const [group, role] = partsOf(entry);
    return roles.some((one) => one === role) && known.has(claimedName(group));
  };
  const all = [...entries];
  return {
    recognised: all.filter(givesRole),
    ignored: all.filter((entry) => !givesRole(entry)),
  };
};
