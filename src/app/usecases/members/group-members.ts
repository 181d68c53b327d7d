import type { Person } from "../../../domain/identity/person.ts";
import { roles } from "../../../domain/identity/role.ts";
import type { Membership } from "../../../domain/people/membership.ts";
import { endingSoon } from "../../../domain/people/membership.ts";
import type { GroupMembers } from "../../../ports/driving/people/group-members.ts";
import type { Access } from "../groups/access.ts";
import { auditRole, change, grant, parseRole, usernameIn } from "./give-role.ts";
import type { MembersParts } from "./member-list.ts";
import { allMembers, forMembers, keptHere, userOf } from "./member-list.ts";
import { isOf } from "./replace-membership.ts";
import { takeBack } from "./take-role.ts";

/** Opens the members of a group to somebody who may read them. */
export const openMembers = (d: MembersParts, access: Access): GroupMembers => {
  const list = async (signal: AbortSignal) => {
    const found = await allMembers(d, access, signal);
    access.audit("list", "settings/members");
    return access.rights.has("write group") ? found : forMembers(found);
  };
  return {
    areKeptHere: d.memberships !== undefined,
    list,
    withRole: async (name, signal) => {
      const role = parseRole(name);
      const holding = (await list(signal)).filter((member) => member.roles.includes(role));
      return holding.map(({ username }) => username);
    },
    grant: (role, username, until, signal) => grant(d, access, { role, username, until }, signal),
    change: (held, username, to, signal) => change(d, access, held, { ...to, username }, signal),
    ending: async (signal) => {
      access.require("write group");
      const kept = await d.memberships?.read(access.group, signal);
      return endingSoon(kept?.memberships ?? [], d.clock.now());
    },
    revoke: async (roleName, name, signal) => {
      access.require("write group");
      const role = parseRole(roleName);
      const username = usernameIn(name);
      const holds = (one: Membership, person: Person | undefined) =>
        one.role === role && (one.username === username || isOf(person, one));
      const memberships = d.memberships && keptHere(d, access);
      await takeBack({ ...d, memberships }, access, { username, roles: [role], holds }, signal);
      auditRole(access, "delete", role, username);
    },
    leave: async (signal) => {
      const { username, person } = userOf(access);
      const holds = (one: Membership) => isOf(person, one);
      await takeBack(d, access, { username, roles, holds }, signal);
      access.audit("delete", "settings/members/me");
    },
  };
};
