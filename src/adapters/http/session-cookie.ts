import type { KeyObject } from "node:crypto";
import { createHmac, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Seconds } from "../../domain/brand.ts";
import { remembered } from "../../domain/remembered.ts";
import type { SessionId } from "../../domain/session.ts";
import { parseSessionId } from "../../domain/session.ts";
import type { Context } from "./context.ts";

export const sessionCookieName = "nextstrain.org-session";

export interface CookieSettings {
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

export const carriesSessionCookie = (ctx: Context): boolean =>
  ctx.req.headers.cookie !== undefined && ctx.cookies.get(sessionCookieName) !== undefined;

/** Each request brings its id, and takes it away again. */
const maxSignatures = 10_000;

const signaturesUnder = remembered(
  (secret: KeyObject) =>
    new LRUCache<string, string>({
      max: maxSignatures,
      memoMethod: (id) => createHmac("sha256", secret).update(id).digest("base64").replace(/=+$/, ""),
    }),
);

const signature = (id: string, secret: KeyObject): string => signaturesUnder(secret).memo(id);

const isSame = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

const value = /^s:([A-Za-z0-9_-]{32})\.([A-Za-z0-9+/]{43})$/;

/** The session id in the request's cookie, if one of our secrets signed it. */
export const readSessionCookie = (ctx: Context, settings: CookieSettings): SessionId | undefined => {
  if (ctx.req.headers.cookie === undefined) return undefined;
  const text = decoded(ctx.cookies.get(sessionCookieName) ?? "");
  const [, id = "", signed = ""] = value.exec(text) ?? [];
  if (id === "") return undefined;
  const isOurs = settings.secrets.some((secret) => isSame(signature(id, secret), signed));
  return isOurs ? parseSessionId(id) : undefined;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
};

const cookieValue = (id: SessionId, settings: CookieSettings): string =>
  encodeURIComponent(`s:${id}.${signature(id, settings.secrets[0])}`);

const expiry = (settings: CookieSettings): Date => new Date(Date.now() + settings.maxAge * 1000);

/** In place of any that this answer has already. */
export const writeSessionCookie = (ctx: Context, id: SessionId, settings: CookieSettings): void => {
  const attributes = { ...cookieAttributes(settings), expires: expiry(settings) };
  ctx.cookies.set(sessionCookieName, cookieValue(id, settings), attributes);
};

const attributesText = remembered(({ domain, secure }: CookieSettings): string =>
  ["path=/", domain && `domain=${domain}`, "samesite=lax", secure && "secure", "httponly"]
    .filter(Boolean)
    .join("; "),
);

/**
 * The same cookie with a new expiry, in an answer that has none yet. Put together here, since each request that
 * somebody sends who is logged in gets one, and the library would check what never changes over and over.
 */
export const rollSessionCookie = (ctx: Context, id: SessionId, settings: CookieSettings): void => {
  const value = `${sessionCookieName}=${cookieValue(id, settings)}`;
  const expires = `expires=${expiry(settings).toUTCString()}`;
  ctx.res.appendHeader("Set-Cookie", `${value}; ${expires}; ${attributesText(settings)}`);
};
