import { partitionRoleGroups } from "../../../domain/identity/role.ts";
import type { User } from "../../../domain/identity/user.ts";
import { sanitizeText } from "../../../domain/sanitize-text.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";

/** Names in one log event; a person may be in hundreds of groups. */
const maxGroups = 20;
const maxNameLength = 100;

const bounded = (names: readonly string[]): readonly string[] => {
  const shown = names.slice(0, maxGroups).map((name) => sanitizeText(name, maxNameLength));
  return names.length > maxGroups ? [...shown, `and ${names.length - maxGroups} more`] : shown;
};

/** Summarizes how a groups claim was understood, for operators who wonder why somebody has no roles. */
export const summarizeRoleGroups = (
  catalogue: Pick<RoleGroupCatalogue, "all">,
  { authzRoles, mappedGroups, groupsFault }: User,
) => {
  const { recognised, ignored } = partitionRoleGroups(catalogue.all(), authzRoles);
  return {
    roleGroups: bounded(recognised),
    ignoredGroups: bounded(ignored.filter((name) => !mappedGroups.has(name))),
    ...(groupsFault === undefined ? {} : { groupsFault }),
  };
};
