import { parseMailAddress } from "./mail/mail-address.ts";

/** What the operator says of the site, on every page. */
export interface Site {
  /** `SITE_TITLE`. */
  readonly title: string;
  /** `SITE_LOGO`. */
  readonly logo?: SiteLogo;
  /** `ACCENT_COLOR`, as #rrggbb. */
  readonly accentColor?: string;
  /** `CONTACT`. */
  readonly contact?: Contact;
  /** `IMPRINT_URL`. */
  readonly imprintHref?: string;
  /** `PRIVACY_URL`. */
  readonly privacyHref?: string;
  /** `MEMBERSHIPS=provider`: owners neither give roles here, nor are they asked for access. */
  readonly areRolesAtProvider?: boolean;
}

export const defaultSite: Site = { title: "Nextstrain Groups" };

/** A picture that stands for the site, in the head of every page and as its icon. */
export interface SiteLogo {
  readonly type: "image/png" | "image/svg+xml";
  readonly bytes: Uint8Array;
}

/** In bytes. Every page loads it. */
export const maxSiteLogoBytes = 100_000;

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What XML allows before the root element: declarations, comments, a document type. */
const prologue = [
  ["<?", "?>"],
  ["<!--", "-->"],
  ["<!", ">"],
] as const;

/** Without regular expressions over the whole, whose time could grow faster than the text. */
const beginsAsSvg = (text: string): boolean => {
  let at = 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1;
    const [open, close] = prologue.find(([begin]) => text.startsWith(begin, at)) ?? [];
    if (open === undefined || close === undefined) return /^<svg[\s/>]/.test(text.slice(at, at + 5));
    const end = text.indexOf(close, at + open.length);
    if (end < 0) return false;
    at = end + close.length;
  }
};

/** A PNG or SVG file, told apart by its content; undefined: it is neither. */
export const parseSiteLogo = (bytes: Uint8Array): SiteLogo | undefined => {
  if (pngSignature.every((byte, i) => bytes[i] === byte)) return { type: "image/png", bytes };
  return beginsAsSvg(new TextDecoder().decode(bytes)) ? { type: "image/svg+xml", bytes } : undefined;
};

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
