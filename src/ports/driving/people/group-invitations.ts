import type { MailAddress } from "../../../domain/mail/mail-address.ts";
import type { Invitation, InvitationSecret, InvitationState } from "../../../domain/people/invitation.ts";

/** What an owner says of a new invitation; days are YYYY-MM-DD, in UTC. */
export interface NewInvitation {
  readonly role: string;
  readonly note: string | undefined;
  /** The last day of the membership. */
  readonly until: string | undefined;
  /** The last day on which it can be accepted; default: a week from now. */
  readonly expires: string | undefined;
  /** Where the link is mailed to, if at all. */
  readonly email?: string | undefined;
}

export interface CreatedInvitation extends Invitation {
  /** Known now and never again. */
  readonly secret: InvitationSecret;
  /** Undefined: nobody has been mailed the link. */
  readonly mailedTo: MailAddress | undefined;
}

export interface ListedInvitation extends Invitation {
  /** Those that have expired are not listed. */
  readonly state: Exclude<InvitationState, "expired">;
}

/**
 * The invitations of a group, for its owners. All methods throw NotAllowed, StoreDown, and NotConfigured where roles are
 * not kept here.
 */
export interface GroupInvitations {
  /** Whether links can be mailed. */
  readonly canMail: boolean;
  list(signal: AbortSignal): Promise<readonly ListedInvitation[]>;
  /** Throws BadRequest; Conflict when there are too many; TooManyAttempts when too many have been mailed. */
  create(given: NewInvitation, signal: AbortSignal): Promise<CreatedInvitation>;
  /** Does nothing where there is none of this id. */
  withdraw(id: string, signal: AbortSignal): Promise<void>;
}
