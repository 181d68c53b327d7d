import type { Group } from "../../../domain/groups/group.ts";

/** The groups that the operator has defined (groups-and-authorization.md section 1). */
export interface RoleGroupCatalogue {
  /** In the operator's order. */
  all(): readonly Group[];
  /** By any spelling that normalises to the group's name. */
  find(name: string): Group | undefined;
}
