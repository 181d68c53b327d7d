import type { Seconds } from "../../../domain/brand.ts";
import type { MailAddress } from "../../../domain/mail/mail-address.ts";
import type { Mailer, MailMessage } from "../../../ports/driven/mail/mailer.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { Random } from "../../../ports/driven/system/random.ts";
import type { Background } from "../sessions/background.ts";
import type { MailContent } from "./mail-messages.ts";

interface Deps {
  readonly mailer: Mailer;
  /** Its own, so that a mail server which does not answer delays no other work. */
  readonly background: Background;
  readonly random: Random;
  readonly log: Log;
}

/** Mails something in the background: no request waits for it, or fails with it. */
export interface SendMail {
  /** Whether mail is sent at all; pages then need not ask people to pass a link on. */
  readonly isAvailable: boolean;
  send(to: MailAddress, content: MailContent): void;
}

/** Between the attempts; greylisting (RFC 6647) ends after some minutes. */
const retryDelays: readonly Seconds[] = [10, 60, 600];

const messageIdBytes = 18;

export const sendMail = ({ mailer, background, random, log }: Deps): SendMail => {
  const attempt = (what: MailContent["what"], message: MailMessage, failures: number, after: Seconds): void =>
    background.add(
      "sending a mail",
      async () => {
        const result = await mailer.send(message);
        const delay = result.kind === "failed" ? retryDelays[failures] : undefined;
        const outcome = result.kind === "failed" && delay === undefined ? "given-up" : result.kind;
        const reason = result.kind === "accepted" ? {} : { reason: result.reason };
        log.write({ event: "mail", outcome, what, ...reason });
        if (delay !== undefined) attempt(what, message, failures + 1, delay);
      },
      after,
    );
  return {
    isAvailable: mailer.isConfigured,
    send: (to, { what, subject, text }) => {
      if (!mailer.isConfigured) return;
      attempt(what, { id: random.text(messageIdBytes), to, subject, text }, 0, 0);
    },
  };
};
