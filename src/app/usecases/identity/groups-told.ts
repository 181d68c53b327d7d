import { sortRoleGroups } from "../../../domain/identity/role.ts";
import type { User } from "../../../domain/identity/user.ts";
import { sanitizeText } from "../../../domain/sanitize-text.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";

/** In one event; somebody may be in hundreds of groups of the provider's. */
const mostGroups = 20;
const longestName = 100;

const bounded = (names: readonly string[]): readonly string[] => {
  const shown = names.slice(0, mostGroups).map((name) => sanitizeText(name, longestName));
  return names.length > mostGroups ? [...shown, `and ${names.length - mostGroups} more`] : shown;
};

/** What came of somebody's groups claim: the first question of an operator whose people hold no roles. */
export const groupsTold = (catalogue: Pick<RoleGroupCatalogue, "all">, { authzRoles, groupsFault }: User) => {
  const { recognised, ignored } = sortRoleGroups(catalogue.all(), authzRoles);
  return {
    roleGroups: bounded(recognised),
    ignoredGroups: bounded(ignored),
    ...(groupsFault === undefined ? {} : { groupsFault }),
  };
};
