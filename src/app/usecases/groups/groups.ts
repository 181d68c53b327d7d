import type { Group } from "../../../domain/groups/group.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import { isNamed } from "../../../domain/identity/role.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { Groups } from "../../../ports/driving/groups.ts";
import type { GroupAccess } from "./access.ts";
import type { GroupParts } from "./open-group.ts";
import { openGroup } from "./open-group.ts";

interface Deps extends GroupParts {
  readonly catalogue: RoleGroupCatalogue;
  readonly access: GroupAccess;
}

export const groups = (d: Deps): Groups => ({
  open: (caller, name, attempt) => openGroup(d, d.access.open(caller, name, attempt)),
  openAll: (caller) =>
    d.access.openAll(caller, { action: "list", path: "" }).map((access) => openGroup(d, access)),
  visible: (caller) =>
    d.catalogue
      .all()
      .filter((group) => d.access.mayOpen(caller, group))
      .map((group) => ({ group, isForAnyone: d.access.isForAnyone(group) })),
  memberships: (caller) => memberships(d.catalogue, caller),
});

const memberships = (catalogue: RoleGroupCatalogue, caller: Caller): readonly Group[] => {
  if (caller.kind !== "user") return [];
  const { authzRoles } = caller.user;
  return catalogue.all().filter((group) => isNamed(group, authzRoles));
};
