import { Conflict } from "../../../domain/failure.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import type { Person } from "../../../domain/identity/person.ts";
import type { Role } from "../../../domain/identity/role.ts";
import type { Username } from "../../../domain/identity/user.ts";
import type { Member } from "../../../domain/people/member.ts";
import { hasOwner, membersOf, personNamed } from "../../../domain/people/member.ts";
import type { Membership } from "../../../domain/people/membership.ts";
import type { Access } from "../groups/access.ts";
import type { MembersParts } from "./member-list.ts";
import { keptElsewhere, peopleWith, userOf } from "./member-list.ts";

interface Taken {
  readonly username: Username;
  readonly roles: readonly Role[];
  /** Whether a membership is one that is taken back; the person is who has the username now. */
  readonly holds: (one: Membership, person: Person | undefined) => boolean;
}

/** Takes memberships back. Throws Conflict if the role is not from here, or the last owner's. */
export const takeBack = async (
  d: MembersParts,
  access: Access,
  taken: Taken,
  signal: AbortSignal,
): Promise<void> => {
  const people = await peopleWith(d, userOf(access), signal);
  const group = normaliseGroupName(access.group.name);
  const members = (memberships: readonly Membership[]) =>
    membersOf(group, { memberships, people }, d.clock.now());
  if (!d.memberships) {
    refuseProvided(members([]), taken);
    throw keptElsewhere();
  }
  const person = personNamed(taken.username, people);
  await d.memberships.update(
    access.group,
    (present) => {
      const rest = present.memberships.filter((one) => !taken.holds(one, person));
      if (rest.length === present.memberships.length) {
        refuseProvided(members(rest), taken);
        return "unchanged";
      }
      refuseWithoutOwner(members(present.memberships), members(rest));
      return { ...present, memberships: rest };
    },
    signal,
  );
};

const originOf: Readonly<Record<"provider" | "mapping", string>> = {
  provider: "the identity provider's groups",
  mapping: "a group of the identity provider that the setting ROLE_GROUPS maps to it",
};

/** A role that the provider gives cannot be taken back here. */
const refuseProvided = (all: readonly Member[], { username, roles: taken }: Taken): void => {
  const sources = all.find((member) => member.username === username)?.sources ?? [];
  const provided = sources.find(({ from, role }) => from !== "here" && taken.includes(role));
  if (provided === undefined || provided.from === "here") return;
  throw new Conflict(
    `The role ${provided.role} of ${username} comes from ${originOf[provided.from]}, and is taken back there.`,
  );
};

/** Throws Conflict when the last owner would go. */
export const refuseWithoutOwner = (before: readonly Member[], after: readonly Member[]): void => {
  if (!hasOwner(before) || hasOwner(after)) return;
  throw new Conflict(
    "This would leave the group without an owner. Make somebody else an owner first, who has logged in here.",
  );
};
