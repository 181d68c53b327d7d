import type { Member, RoleSource } from "../../../../domain/people/member.ts";

/**
 * A member in JSON. Owners see the day of the last sign-in, and what does not count: pending, refused, lapsed and expired
 * memberships, by their `state`.
 */
export const memberJson =
  (isOwner: boolean) =>
  ({ username, roles, sources, lastSignIn }: Member) => ({
    username,
    roles,
    memberships: sources.map(sourceJson),
    ...(isOwner ? { lastSignIn } : {}),
  });

const sourceJson = (source: RoleSource) => {
  if (source.from !== "here") return { role: source.role, from: source.from };
  const { role, from, until, addedBy, state, claimableUntil, claimed } = source;
  const pending = state === "active" ? {} : { state, claimableUntil };
  return { role, from, until, addedBy, claimed, ...pending };
};
