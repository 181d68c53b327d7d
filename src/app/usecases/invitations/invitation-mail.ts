import { BadRequest, TooManyAttempts } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import { personKey } from "../../../domain/identity/person.ts";
import type { MailAddress } from "../../../domain/mail/mail-address.ts";
import { parseMailAddress } from "../../../domain/mail/mail-address.ts";
import type { OpenLimiter, Rate } from "../../../ports/driven/system/limiter.ts";
import type { CreatedInvitation } from "../../../ports/driving/people/group-invitations.ts";
import type { MailMessages } from "../people/mail-messages.ts";
import type { SendMail } from "../people/send-mail.ts";

export interface InvitationMailParts {
  readonly mail: SendMail;
  readonly mailMessages: Pick<MailMessages, "invitation">;
  readonly limiters: OpenLimiter;
}

/** Of one person, so that nobody sends mass mail in this server's name. */
const rate: Rate = { burst: 20, interval: 600 };

/** Throws BadRequest for what is no address, and where no mail is sent. */
export const addressIn = (
  { isAvailable }: Pick<SendMail, "isAvailable">,
  text: string | undefined,
): MailAddress | undefined => {
  if (text === undefined) return undefined;
  if (!isAvailable) {
    throw new BadRequest("This server sends no mail (email). Make the link, and pass it on yourself.");
  }
  const address = parseMailAddress(text);
  if (address === undefined) throw new BadRequest("The address (email) has to be like erin@lab.example.");
  return address;
};

/** Throws TooManyAttempts when the invitation is to be mailed, and its creator has had too many mailed lately. */
export const countInvitationMail = async (
  { limiters }: InvitationMailParts,
  { creator, mailedTo }: CreatedInvitation,
): Promise<void> => {
  if (mailedTo === undefined) return;
  const wait = await limiters("invitation-mail", rate).attempt(personKey(creator));
  if (wait > 0) {
    throw new TooManyAttempts(
      wait,
      "You have had many invitations mailed lately. Wait for some minutes, or make the link without an address and pass it on yourself.",
    );
  }
};

export const mailInvitation = (
  { mail, mailMessages }: InvitationMailParts,
  { name: group }: Group,
  { role, note, until, expires, createdBy, secret, mailedTo }: CreatedInvitation,
): void => {
  if (mailedTo === undefined) return;
  const path = `/invitations/${secret}`;
  mail.send(
    mailedTo,
    mailMessages.invitation({ group, role, invitedBy: createdBy, path, note, expires, until }),
  );
};
