import type { Branded } from "../brand.ts";

/** An e-mail address that can stand in a header and in an SMTP command as it is. */
export type MailAddress = Branded<"MailAddress">;

/** A sender, as it is shown: `Name <address>`. */
export interface Mailbox {
  readonly name: string;
  readonly address: MailAddress;
}

/** As browsers have it (the HTML standard's definition of a valid e-mail address), in a domain with a dot. */
const mailAddress =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** In characters (RFC 5321 sections 4.5.3.1.1 and 4.5.3.1.3). */
const [maxLocalLength, maxLength] = [64, 254];

/** Undefined: it is no address, or one that not every mail server takes, such as one beyond ASCII. */
export const parseMailAddress = (text: string): MailAddress | undefined =>
  text.length <= maxLength && text.indexOf("@") <= maxLocalLength && mailAddress.test(text)
    ? (text as MailAddress)
    : undefined;

/** Parses an address, or `Name <address>`; the name may be quoted, and may not hold `"`, `<`, `>` or control characters. */
export const parseMailbox = (text: string): Mailbox | undefined => {
  const [, name = "", inner] = /^\s*("[^"]*"|[^"<>]*?)\s*<([^<>]+)>\s*$/.exec(text) ?? [];
  const address = parseMailAddress(inner ?? text.trim());
  const shown = name.replace(/^"|"$/g, "");
  return address !== undefined && !/[\p{Cc}<>]/u.test(shown) ? { name: shown, address } : undefined;
};
