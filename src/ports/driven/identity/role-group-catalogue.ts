import type { StoreDown } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";

/** The groups: those of the data file (groups-and-authorization.md section 1), and those made here. */
export interface RoleGroupCatalogue {
  /** Those of the data file in its order, then those made here by name, which are missing while they are not known. */
  all(): readonly Group[];
  /**
   * By any spelling that normalises to the group's name. Throws StoreDown for a name that is not in the data file while
   * the groups made here are not known.
   */
  find(name: string): Group | undefined;
  /** Why it is not known now which groups there are; undefined, or absent: it is known. */
  doubt?(): StoreDown | undefined;
}
