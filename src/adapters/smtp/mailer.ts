import type { Seconds } from "../../domain/brand.ts";
import type { Mailbox } from "../../domain/mail/mail-address.ts";
import type { Mailer, MailMessage, MailOutcome } from "../../ports/driven/mail/mailer.ts";
import { outcomeOf } from "./smtp-error.ts";
import type { SmtpServer } from "./smtp-server.ts";

export interface SmtpOptions {
  readonly server: SmtpServer;
  readonly from: Mailbox;
  /** This server's own name in the conversation (RFC 5321 section 4.1.1.1). */
  readonly hostname: string;
  /** Of each step; a whole attempt takes `attemptTimeout` at most. */
  readonly stepTimeout?: Seconds;
  readonly attemptTimeout?: Seconds;
}

/** In bytes, of what the mail server says. */
const maxResponseSize = 65_536;

const transportOptions = ({ server, hostname, stepTimeout = 15 }: SmtpOptions) => ({
  host: server.host,
  port: server.port,
  name: hostname,
  secure: server.tls === "implicit",
  requireTLS: server.tls === "starttls",
  // A mail server on this machine often has a certificate that nobody has signed.
  ignoreTLS: server.tls === "none",
  tls: { minVersion: "TLSv1.2" as const },
  auth: server.credentials,
  dnsTimeout: stepTimeout * 1000,
  connectionTimeout: stepTimeout * 1000,
  greetingTimeout: stepTimeout * 1000,
  socketTimeout: stepTimeout * 1000,
  maxResponseSize,
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** Hands messages to a mail server, with a connection for each. The library is loaded with the first message. */
export const smtpMailer = (options: SmtpOptions): Mailer => {
  const { from, attemptTimeout = 60 } = options;
  const domain = from.address.slice(from.address.indexOf("@") + 1);
  const deliver = async ({ id, to, subject, text }: MailMessage): Promise<void> => {
    const { createTransport } = await import("nodemailer");
    await createTransport(transportOptions(options)).sendMail({
      messageId: `<${id}@${domain}>`,
      // As objects, so that nothing in them is parsed as a list of addresses.
      from: { name: from.name, address: from.address },
      to: { name: "", address: to },
      subject,
      text,
      // No out-of-office replies (RFC 3834 section 5).
      headers: { "Auto-Submitted": "auto-generated" },
      signal: AbortSignal.timeout(attemptTimeout * 1000),
    });
  };
  return {
    isConfigured: true,
    send: (message) => deliver(message).then((): MailOutcome => ({ kind: "accepted" }), outcomeOf),
  };
};
