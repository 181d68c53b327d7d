import type { Group } from "../../../domain/groups/group.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import type { Username } from "../../../domain/identity/user.ts";
import type { Invitation } from "../../../domain/people/invitation.ts";

/** Invitations, for those who have the secret of one. All methods throw StoreDown. */
export interface Invitations {
  /**
   * Throws LoginRequired, or the outage because of which the caller is unverified; NotFound, which is the same for an
   * invitation that has been used, withdrawn or declined, has expired, whose creator is no owner any more, and that there
   * never was; NotConfigured where roles are not kept here.
   */
  open(caller: Caller, secret: string, signal: AbortSignal): Promise<OpenInvitation>;
}

/** An invitation that its caller may accept. */
export interface OpenInvitation extends Pick<Invitation, "role" | "note" | "until" | "expires"> {
  readonly group: Group;
  readonly invitedBy: Username;
  /** Who would accept it. */
  readonly username: Username;
  /**
   * Gives the role to the caller, and uses the invitation up, in one write. Throws NotFound when somebody else was
   * faster; Conflict when the group has no room, or the caller's username is too long to be given a role.
   */
  accept(signal: AbortSignal): Promise<void>;
  /** Nobody can accept it then, which the group's owners see. Throws NotFound as `accept` does. */
  decline(signal: AbortSignal): Promise<void>;
}
