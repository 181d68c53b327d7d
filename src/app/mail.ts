import type { Seconds } from "../domain/brand.ts";
import type { AdapterParts } from "./adapters.ts";
import type { Ports } from "./resolve-ports.ts";
import { backgroundWork } from "./runtime/background-work.ts";
import { mailMessages } from "./usecases/people/mail-messages.ts";
import { sendMail } from "./usecases/people/send-mail.ts";

/** How long a server that stops waits for messages that are being sent. */
const drainTimeout: Seconds = 5;

/** What use cases mail with: the sender, and the texts. */
export const mailParts = (ports: Pick<Ports, "mailer" | "random" | "log">, parts: AdapterParts) => {
  const { PUBLIC_ORIGIN: [origin = ""] = [], SITE_TITLE: siteTitle } = parts.configuration.settings;
  const background = parts.closers.add(backgroundWork({ log: ports.log, drainTimeout }));
  return { mail: sendMail({ ...ports, background }), mailMessages: mailMessages({ origin, siteTitle }) };
};
