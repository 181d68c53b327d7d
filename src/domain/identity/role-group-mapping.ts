import { parseGroupName } from "../groups/group.ts";
import { roles } from "./role.ts";

/**
 * Which role groups somebody is in by being in one of the provider's groups, by the provider's name for it (setting
 * `ROLE_GROUPS`): for providers whose groups cannot be named as role groups are.
 */
export type RoleGroupMapping = ReadonlyMap<string, readonly string[]>;

/** Keycloak writes a slash before full group paths. */
export const withoutSlash = (name: string): string => (name.startsWith("/") ? name.slice(1) : name);

/** A name that stands there with and without its slash gives the role groups of both. */
export const roleGroupMapping = (setting: Readonly<Record<string, readonly string[]>>): RoleGroupMapping => {
  const byName = Map.groupBy(Object.entries(setting), ([name]) => withoutSlash(name));
  return new Map(
    Array.from(byName, ([name, entries]) => [name, entries.flatMap(([, roleGroups]) => roleGroups)]),
  );
};

/** What is wrong with a mapping, in sentences for the operator; empty if it can be used. */
export const mappingFaults = (setting: Readonly<Record<string, readonly string[]>>): readonly string[] =>
  Object.entries(setting).flatMap(([name, roleGroups]) => {
    const quoted = JSON.stringify(name);
    if (withoutSlash(name) === "" || name.startsWith("!")) {
      return [
        `${quoted} is no group of a provider: give its name, which may not begin with an exclamation mark.`,
      ];
    }
    return roleGroups
      .filter((roleGroup) => !isRoleGroup(roleGroup))
      .map(
        (roleGroup) =>
          `${quoted} gives ${JSON.stringify(roleGroup)}, which is no role group: write a group's name, a slash and ${roles.join(", ")}, such as measles/editors.`,
      );
  });

const isRoleGroup = (text: string): boolean => {
  const [group = "", role, ...rest] = text.split("/");
  return parseGroupName(group) !== undefined && roles.some((known) => known === role) && rest.length === 0;
};
