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

/** The root element, after what XML allows before it (a declaration, comments, a document type). */
const svgRoot = /^\uFEFF?\s*(<\?xml[^>]*\?>\s*)?((<!--[\s\S]*?-->|<!DOCTYPE[^>[]*>)\s*)*<svg[\s>]/i;

/** A PNG or SVG file, told apart by its content; undefined: it is neither. */
export const parseSiteLogo = (bytes: Uint8Array): SiteLogo | undefined => {
  if (pngSignature.every((byte, i) => bytes[i] === byte)) return { type: "image/png", bytes };
  const isSvg = svgRoot.test(new TextDecoder().decode(bytes));
  return isSvg ? { type: "image/svg+xml", bytes } : undefined;
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
