import { invitations } from "../../../../src/app/usecases/invitations/invitations.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import type { Membership } from "../../../../src/domain/people/membership.ts";
import type { NewInvitation } from "../../../../src/ports/driving/people/group-invitations.ts";
import { privateGroup } from "../../../domain/sample.ts";
import { dora, membersSetup } from "../members/members-setup.ts";
import type { Data } from "../resources/data-setup.ts";
import { opened, signal } from "../resources/data-setup.ts";

/** The invitations of the private group. */
export const invitationsOf = (d: Pick<Data, "groups">, caller: Caller = dora) =>
  opened(d, caller, privateGroup).settings().invitations;

export const asked = (more: Partial<NewInvitation> = {}): NewInvitation => ({
  role: "editors",
  note: undefined,
  until: undefined,
  expires: undefined,
  ...more,
});

/** The private group, in which dora is an owner, and what those can do who have been invited. */
export const invitationSetup = async (...present: Membership[]) => {
  const d = await membersSetup(...present);
  const invited = invitations(d);
  return {
    ...d,
    invited,
    invite: (more: Partial<NewInvitation> = {}, by: Caller = dora) =>
      invitationsOf(d, by).create(asked(more), signal),
    accept: async (caller: Caller, secret: string) =>
      (await invited.open(caller, secret, signal)).accept(signal),
    storedPointers: async () => Array.fromAsync(d.records.list("invitations", "", signal)),
  };
};
