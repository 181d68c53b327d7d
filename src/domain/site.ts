import { parseMailAddress } from "./mail/mail-address.ts";

/** What the operator says of the site, on every page. */
export interface Site {
  /** `SITE_TITLE`. */
  readonly title: string;
  /** `CONTACT`. */
  readonly contact?: Contact;
  /** `IMPRINT_URL`. */
  readonly imprintHref?: string;
  /** `PRIVACY_URL`. */
  readonly privacyHref?: string;
}

export const defaultSite: Site = { title: "Nextstrain Groups" };

/** Whom to ask, as a link. */
export interface Contact {
  readonly label: string;
  readonly href: string;
}

/** An e-mail address, or a page that says how to reach somebody; undefined: it is neither. */
export const parseContact = (text: string): Contact | undefined => {
  if (parseMailAddress(text) !== undefined) {
    return { label: text, href: `mailto:${encodeURIComponent(text).replace("%40", "@")}` };
  }
  const isWeb = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  return isWeb ? { label: text.replace(/^https?:\/\//, "").replace(/\/$/, ""), href: text } : undefined;
};
