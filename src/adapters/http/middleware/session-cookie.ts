import type { KeyObject } from "node:crypto";
import { createHmac, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Seconds } from "../../../domain/brand.ts";
import { memoize } from "../../../domain/memoize.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";
import { parseSessionId } from "../../../domain/sessions/session.ts";
import type { Context } from "../context.ts";

/** The default of SESSION_COOKIE_NAME. It is still read for one release when another name is configured. */
export const sessionCookieName = "nextstrain.org-session";

export interface CookieSettings {
  readonly name: string;
  /** The first signs, and all verify. Key objects make HMAC several times as fast as strings do. */
  readonly secrets: readonly [KeyObject, ...KeyObject[]];
  readonly maxAge: Seconds;
  readonly secure: boolean;
  readonly domain: string | undefined;
}

/** The attributes of all cookies of this server (sessions-and-authentication.md section 3). */
export const cookieAttributes = (settings: CookieSettings) => ({
  path: "/",
  httpOnly: true,
  sameSite: "lax" as const,
  secure: settings.secure,
  ...(settings.domain === undefined ? {} : { domain: settings.domain }),
  signed: false,
  overwrite: true,
});

/** Browsers send several cookies of one name when a sibling host or a proxy has set one too. */
const maxCookiesPerName = 10;

const patternsOf = memoize(({ name }: CookieSettings): readonly RegExp[] =>
  [...new Set([name, sessionCookieName])].map(
    (each) => new RegExp(`(?:^|;)[ \\t]*${each.replace(/[^\w-]/g, "\\$&")}="?([^;"]*)`, "g"),
  ),
);

/** All values of the session cookie in the request, in order; the `cookie` library returns only the first of a name. */
function* cookieValues(ctx: Context, settings: CookieSettings): Generator<string> {
  const header = ctx.req.headers.cookie;
  if (header === undefined) return;
  for (const pattern of patternsOf(settings)) {
    let count = 0;
    for (const [, value = ""] of header.matchAll(pattern)) {
      count += 1;
      if (count > maxCookiesPerName) break;
      yield value;
    }
  }
}

export const hasSessionCookie = (ctx: Context, settings: CookieSettings): boolean =>
  cookieValues(ctx, settings).next().done !== true;

/** An id that is evicted is signed again at its next request. */
const maxCachedValues = 10_000;

/**
 * Caches the cookie values of one secret, `s:<id>.<signature>` percent-encoded, since verifying and sending one would
 * compute two signatures of 2 µs each (`npm run bench caches`).
 */
const signedValues = memoize((secret: KeyObject) => {
  const sign = (id: SessionId) => {
    const signature = createHmac("sha256", secret).update(id).digest("base64").replace(/=+$/, "");
    const text = encodeURIComponent(`s:${id}.${signature}`);
    return { text, bytes: Buffer.from(text) };
  };
  return new LRUCache<SessionId, { readonly text: string; readonly bytes: Buffer }>({
    max: maxCachedValues,
    memoMethod: sign,
  });
});

const equalsInConstantTime = (expected: Buffer, text: string): boolean => {
  const actual = Buffer.from(text);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
};

const valueSyntax = /^s%3A([A-Za-z0-9_-]{32})\./;

/** The ids in the request's session cookies whose signature is valid under one of the secrets, in order. */
export function* readSessionCookies(ctx: Context, settings: CookieSettings): Generator<SessionId> {
  for (const value of cookieValues(ctx, settings)) {
    const id = verifiedId(value, settings) ?? verifiedId(reencoded(value), settings);
    if (id !== undefined) yield id;
  }
}

const verifiedId = (text: string, { secrets }: CookieSettings): SessionId | undefined => {
  const id = parseSessionId(valueSyntax.exec(text)?.[1] ?? "");
  if (id === undefined) return undefined;
  return secrets.some((secret) => equalsInConstantTime(signedValues(secret).memo(id).bytes, text))
    ? id
    : undefined;
};

/** Normalizes the percent-encoding, since some clients decode cookies and encode them differently. */
const reencoded = (text: string): string => {
  try {
    return encodeURIComponent(decodeURIComponent(text));
  } catch {
    return "";
  }
};

const expiry = (settings: CookieSettings): Date => new Date(Date.now() + settings.maxAge * 1000);

/** Sets the session cookie, in place of one that the response has already. */
export const writeSessionCookie = (ctx: Context, id: SessionId, settings: CookieSettings): void => {
  const value = signedValues(settings.secrets[0]).memo(id).text;
  ctx.cookies.set(settings.name, value, { ...cookieAttributes(settings), expires: expiry(settings) });
};

const serializedAttributes = ({ domain, secure }: CookieSettings): string =>
  ["path=/", domain && `domain=${domain}`, "samesite=lax", secure && "secure", "httponly"]
    .filter(Boolean)
    .join("; ");

/**
 * Sends the session cookie with a new expiry, in a response that has none yet. It is serialized here, since every
 * authenticated response has it, and `ctx.cookies` would validate constant attributes each time.
 */
export const rollSessionCookie = (ctx: Context, id: SessionId, settings: CookieSettings): void => {
  const value = `${settings.name}=${signedValues(settings.secrets[0]).memo(id).text}`;
  const expires = `expires=${expiry(settings).toUTCString()}`;
  ctx.res.appendHeader("Set-Cookie", `${value}; ${expires}; ${serializedAttributes(settings)}`);
};
