import type { Group, GroupName } from "../../src/domain/groups/group.ts";
import { parseGroupName } from "../../src/domain/groups/group.ts";
import type { Caller } from "../../src/domain/identity/caller.ts";
import { userFromClaims } from "../../src/domain/identity/user.ts";

/** The name, or a failed test when it is none. */
export const groupName = (text: string): GroupName => {
  const name = parseGroupName(text);
  if (name === undefined) throw new Error(`${text} is no group name`);
  return name;
};

export const publicGroup: Group = { name: groupName("blab"), isPublic: true };
export const privateGroup: Group = { name: groupName("Blab-Private"), isPublic: false };

/** Somebody whose id token lists these role groups. */
export const userWith = (...roleGroups: string[]): Caller & { readonly kind: "user" } => {
  const claims = { iss: "https://idp.example.org", sub: "1f0c", name: "alice", groups: roleGroups };
  const user = userFromClaims(claims, { username: "name", groups: "groups", subject: "sub" });
  if (!user) throw new Error("the claims name nobody");
  return { kind: "user", user };
};
