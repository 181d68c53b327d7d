import type { GroupName } from "../../../domain/groups/group.ts";
import type { Role } from "../../../domain/identity/role.ts";
import type { Username } from "../../../domain/identity/user.ts";

/** The members of roles, where the server has access to them. Throws NotConfigured where it has not. */
export interface Directory {
  members(group: GroupName, role: Role): Promise<readonly Username[]>;
}
