import type { GroupName } from "../../../domain/groups/group.ts";
import type { Role } from "../../../domain/identity/role.ts";
import type { Username } from "../../../domain/identity/user.ts";

/** Who holds which role, where the server may ask and change it. Throws NotConfigured where it may not. */
export interface Directory {
  members(group: GroupName, role: Role): Promise<readonly Username[]>;
}
