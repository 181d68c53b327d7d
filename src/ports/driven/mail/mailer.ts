import type { MailAddress } from "../../../domain/mail/mail-address.ts";

/** A message of plain text to one person. */
export interface MailMessage {
  /** The same at each attempt, so that a mail server which has the message already can tell; letters, digits, - and _. */
  readonly id: string;
  readonly to: MailAddress;
  /** One line. */
  readonly subject: string;
  readonly text: string;
}

/** What became of an attempt. No `reason` has an address or a secret in it. */
export type MailOutcome =
  /** The mail server has taken the message over. */
  | { readonly kind: "accepted" }
  /** The mail server will not take it later either. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The mail server is away, or asks to try again later. It may have the message nevertheless. */
  | { readonly kind: "failed"; readonly reason: string };

export interface Mailer {
  /** Whether the operator has configured a mail server; otherwise every message is refused. */
  readonly isConfigured: boolean;
  /** Tries once, for at most a minute. Never throws. */
  send(message: MailMessage): Promise<MailOutcome>;
}
