import type { Mailer } from "../../ports/driven/mail/mailer.ts";

/** The mailer of a server without a mail server. */
export const noMailer = (): Mailer => ({
  isConfigured: false,
  send: async () => ({ kind: "refused", reason: "SMTP_URL is not set" }),
});
