import type { Role } from "../../../domain/identity/role.ts";
import { sanitizeText } from "../../../domain/sanitize-text.ts";

/** A message without its recipient. */
export interface MailContent {
  /** For the log. */
  readonly what: "invitation" | "access-request" | "membership-ends";
  readonly subject: string;
  readonly text: string;
}

/** What every message says of this server. The origin is the operator's `PUBLIC_ORIGIN`, never a request's. */
interface Sender {
  readonly origin: string;
  readonly siteTitle: string;
}

export interface InvitationMail {
  readonly group: string;
  readonly role: Role;
  readonly invitedBy: string;
  /** Path of the invitation, with its secret. */
  readonly path: string;
  /** What the owner wrote for the invited person. */
  readonly note?: string | undefined;
  /** Last day on which it can be accepted, YYYY-MM-DD. */
  readonly expires: string;
  /** Last day of the membership, YYYY-MM-DD. */
  readonly until?: string | undefined;
}

export interface AccessRequestMail {
  readonly group: string;
  readonly username: string;
}

export interface MembershipEndsMail {
  readonly group: string;
  readonly role: Role;
  readonly username: string;
  /** Last day of the membership, YYYY-MM-DD. */
  readonly until: string;
  /** "owner": somebody who can change it. */
  readonly to: "member" | "owner";
}

const roleNames: Readonly<Record<Role, string>> = {
  viewers: "a viewer",
  editors: "an editor",
  owners: "an owner",
};

/** In characters, of what people wrote or chose; a line of a message has 998 at most (RFC 5322 section 2.1.1). */
const [maxNameLength, maxNoteLength] = [100, 500];

/** What people wrote becomes one line, which no heading, link or signature of ours can be imitated with. */
const name = (text: string): string => sanitizeText(text, maxNameLength);

const membersPath = (group: string): string => `/groups/${encodeURIComponent(group)}/settings/members`;

/** Paragraphs with an empty line between them; those that are undefined are left out. */
const paragraphs = (...texts: readonly (string | undefined)[]): string =>
  texts.filter((text) => text !== undefined).join("\n\n");

/** The mails about people in groups, in plain text. */
export const mailMessages = ({ origin, siteTitle }: Sender) => {
  const linkTo = (path: string): string => `  ${origin}${path}`;
  const signed = (...texts: readonly (string | undefined)[]): string =>
    `${paragraphs(...texts, `-- \n${siteTitle}, ${origin}`)}\n`;
  return {
    invitation: (of: InvitationMail): MailContent => {
      const group = name(of.group);
      const by = name(of.invitedBy);
      return {
        what: "invitation",
        subject: `${by} invites you to the group ${group}`,
        text: signed(
          `${by} invites you to the group ${group} as ${roleNames[of.role]}${of.until ? `, until ${of.until}` : ""}.`,
          of.note ? `${by} writes: ${sanitizeText(of.note, maxNoteLength)}` : undefined,
          "Accept or decline here; you will be asked to log in:",
          linkTo(of.path),
          `The link works once, until ${of.expires} (UTC), and for whoever opens it first: please do not pass it on.`,
          "If you know nothing of this, you need not do anything.",
        ),
      };
    },
    accessRequest: (of: AccessRequestMail): MailContent => {
      const [group, username] = [name(of.group), name(of.username)];
      return {
        what: "access-request",
        subject: `${username} asks for access to the group ${group}`,
        text: signed(
          `${username} asks for access to the group ${group}, of which you are an owner.`,
          "Give them a role or decline here:",
          linkTo(membersPath(of.group)),
        ),
      };
    },
    membershipEnds: (of: MembershipEndsMail): MailContent => {
      const [group, username] = [name(of.group), name(of.username)];
      const whose = of.to === "owner" ? `The membership of ${username}` : "Your membership";
      return {
        what: "membership-ends",
        subject: `${whose} in the group ${group} ends on ${of.until}`,
        text: signed(
          `${whose} in the group ${group}, as ${roleNames[of.role]}, ends with ${of.until} (UTC).`,
          of.to === "owner"
            ? "If they are to stay, give them a later date here:"
            : "If you are to stay, ask one of its owners. The group is here:",
          linkTo(of.to === "owner" ? membersPath(of.group) : `/groups/${encodeURIComponent(of.group)}`),
        ),
      };
    },
  };
};

export type MailMessages = ReturnType<typeof mailMessages>;
