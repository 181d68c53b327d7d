import type { Group } from "../../../domain/groups/group.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import type { Invitation, InvitationState } from "../../../domain/people/invitation.ts";
import { invitationState } from "../../../domain/people/invitation.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { People } from "../people/people.ts";

interface Deps {
  readonly people: People;
  readonly clock: Clock;
}

/** Says of invitations in a group's record what they are now; it reads when their creators signed in. Throws StoreDown. */
export const invitationStates = (
  { people, clock }: Deps,
  group: Group,
  { memberships }: GroupPeople,
  signal: AbortSignal,
) => {
  const creators = new Map<string, ReturnType<People["find"]>>();
  return async (invitation: Invitation): Promise<InvitationState> => {
    const { createdBy } = invitation;
    const lookUp = creators.get(createdBy) ?? people.find(createdBy, signal);
    creators.set(createdBy, lookUp);
    const known = { group: normaliseGroupName(group.name), memberships, lastSignIn: await lookUp };
    return invitationState(invitation, known, clock.now());
  };
};
