import type { KeyObject } from "node:crypto";
import { createHmac, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Seconds } from "../../../domain/brand.ts";
import { memoize } from "../../../domain/memoize.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";
import { parseSessionId } from "../../../domain/sessions/session.ts";
import type { Context } from "../context.ts";

/** The session's cookie, unless SESSION_COOKIE_NAME says otherwise; read beside another name for one release. */
export const sessionCookieName = "nextstrain.org-session";

export interface CookieSettings {
  readonly name: string;
  /** The first signs, all verify. As key objects: with texts each signature takes several times as long. */
  readonly secrets: readonly [KeyObject, ...KeyObject[]];
  readonly maxAge: Seconds;
  readonly secure: boolean;
  readonly domain: string | undefined;
}

/** The attributes of every cookie of ours (sessions-and-authentication.md section 3). */
export const cookieAttributes = (settings: CookieSettings) => ({
  path: "/",
  httpOnly: true,
  sameSite: "lax" as const,
  secure: settings.secure,
  ...(settings.domain === undefined ? {} : { domain: settings.domain }),
  signed: false,
  overwrite: true,
});

/** Of one name; browsers send several when a sibling's host, or a proxy, has set one too. */
const maxSent = 10;

const patternsOf = memoize(({ name }: CookieSettings): readonly RegExp[] =>
  [...new Set([name, sessionCookieName])].map(
    (one) => new RegExp(`(?:^|;)[ \\t]*${one.replace(/[^\w-]/g, "\\$&")}="?([^;"]*)`, "g"),
  ),
);

/** What the request brings under the cookie's names, in its order. The library gives only the first of a name. */
function* sentValues(ctx: Context, settings: CookieSettings): Generator<string> {
  const header = ctx.req.headers.cookie;
  if (header === undefined) return;
  for (const pattern of patternsOf(settings)) {
    let count = 0;
    for (const [, value = ""] of header.matchAll(pattern)) {
      count += 1;
      if (count > maxSent) break;
      yield value;
    }
  }
}

export const carriesSessionCookie = (ctx: Context, settings: CookieSettings): boolean =>
  sentValues(ctx, settings).next().done !== true;

/** Each request brings its id, and takes it away again. */
const maxValues = 10_000;

/**
 * What the cookie of a session holds, under one secret: `s:<id>.<signature>`, encoded as cookies have it. Kept, since
 * verifying it and sending it again would make two signatures of 2 µs each (`npm run bench caches`).
 */
const valuesUnder = memoize((secret: KeyObject) => {
  const signed = (id: SessionId) => {
    const signature = createHmac("sha256", secret).update(id).digest("base64").replace(/=+$/, "");
    const text = encodeURIComponent(`s:${id}.${signature}`);
    return { text, bytes: Buffer.from(text) };
  };
  return new LRUCache<SessionId, { readonly text: string; readonly bytes: Buffer }>({
    max: maxValues,
    memoMethod: signed,
  });
});

const isSame = (expected: Buffer, text: string): boolean => {
  const sent = Buffer.from(text);
  return sent.length === expected.length && timingSafeEqual(sent, expected);
};

const encoded = /^s%3A([A-Za-z0-9_-]{32})\./;

/** The session ids in the request's cookies that one of our secrets signed, in their order. */
export function* readSessionCookies(ctx: Context, settings: CookieSettings): Generator<SessionId> {
  for (const sent of sentValues(ctx, settings)) {
    const id = signedId(sent, settings) ?? signedId(recoded(sent), settings);
    if (id !== undefined) yield id;
  }
}

const signedId = (text: string, { secrets }: CookieSettings): SessionId | undefined => {
  const id = parseSessionId(encoded.exec(text)?.[1] ?? "");
  if (id === undefined) return undefined;
  return secrets.some((secret) => isSame(valuesUnder(secret).memo(id).bytes, text)) ? id : undefined;
};

/** Clients may encode less than we do, or more. */
const recoded = (text: string): string => {
  try {
    return encodeURIComponent(decodeURIComponent(text));
  } catch {
    return "";
  }
};

const expiry = (settings: CookieSettings): Date => new Date(Date.now() + settings.maxAge * 1000);

/** In place of any that this answer has already. */
export const writeSessionCookie = (ctx: Context, id: SessionId, settings: CookieSettings): void => {
  const value = valuesUnder(settings.secrets[0]).memo(id).text;
  ctx.cookies.set(settings.name, value, { ...cookieAttributes(settings), expires: expiry(settings) });
};

const attributesText = ({ domain, secure }: CookieSettings): string =>
  ["path=/", domain && `domain=${domain}`, "samesite=lax", secure && "secure", "httponly"]
    .filter(Boolean)
    .join("; ");

/**
 * The same cookie with a new expiry, in an answer that has none yet. Put together here, since each request that
 * somebody sends who is logged in gets one, and the library would check what never changes over and over.
 */
export const rollSessionCookie = (ctx: Context, id: SessionId, settings: CookieSettings): void => {
  const value = `${settings.name}=${valuesUnder(settings.secrets[0]).memo(id).text}`;
  const expires = `expires=${expiry(settings).toUTCString()}`;
  ctx.res.appendHeader("Set-Cookie", `${value}; ${expires}; ${attributesText(settings)}`);
};
