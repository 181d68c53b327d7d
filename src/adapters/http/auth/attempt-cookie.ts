import { randomInt } from "node:crypto";
import { parseCookie } from "cookie";
import { loginAttemptLifetime } from "../../../domain/sessions/login-attempt.ts";
import type { ReturnPath } from "../../../domain/sessions/return-path.ts";
import { sizeOf } from "../../../domain/sessions/return-path.ts";
import type { SealedText } from "../../../domain/sessions/token-set.ts";
import type { Context } from "../context.ts";
import type { CookieSettings } from "../middleware/session-cookie.ts";
import { cookieAttributes } from "../middleware/session-cookie.ts";

/**
 * Each login that is under way has a cookie of its own, so that several tabs can log in at once; it holds the
 * attempt, sealed. There are as many names as letters here, so that neither the cookies of a browser nor what
 * is kept of their names can grow, whatever comes in parallel: 20 of at most 900 bytes, 4 of at most 2600.
 */
const slots = { small: "abcdefghijklmnopqrst", large: "uvwx" } as const;

/** In bytes; a longer one makes the cookie a large one. */
const smallReturnPath = 240;

/** From here on the slots are used in turn: requests that come at once get different ones. */
let turn = randomInt(slots.small.length * slots.large.length);

/** `__Host-` keeps a sibling's host from planting an attempt of its own (RFC 6265bis section 4.1.3.2). */
const nameOf = (slot: string, { secure }: CookieSettings): string =>
  `${secure ? "__Host-" : ""}nextstrain.org-login-${slot}`;

const sentCookies = (ctx: Context) => parseCookie(ctx.req.headers.cookie ?? "", { decode: (value) => value });

/** The slot for a new attempt: one that the browser has no attempt in, if it can be. */
export const freeSlot = (ctx: Context, settings: CookieSettings, returnTo: ReturnPath): string => {
  const all = sizeOf(returnTo) <= smallReturnPath ? slots.small : slots.large;
  const sent = sentCookies(ctx);
  turn += 1;
  const inTurn = Array.from(all, (_, index) => all.charAt((turn + index) % all.length));
  return inTurn.find((slot) => sent[nameOf(slot, settings)] === undefined) ?? inTurn[0] ?? "a";
};

/** A state begins with its attempt's slot. */
const slotOf = (state: string): string | undefined => {
  const slot = state.charAt(0);
  return slot !== "" && `${slots.small}${slots.large}`.includes(slot) ? slot : undefined;
};

const attributesOf = (settings: CookieSettings) => ({ ...cookieAttributes(settings), domain: undefined });

export const writeAttempt = (
  ctx: Context,
  settings: CookieSettings,
  slot: string,
  sealed: SealedText,
): void => {
  const maxAge = loginAttemptLifetime * 1000;
  ctx.cookies.set(nameOf(slot, settings), sealed, { ...attributesOf(settings), maxAge });
};

/** The attempt that this state may belong to. */
export const readAttempt = (
  ctx: Context,
  settings: CookieSettings,
  state: string,
): SealedText | undefined => {
  const slot = slotOf(state);
  return slot === undefined
    ? undefined
    : (sentCookies(ctx)[nameOf(slot, settings)] as SealedText | undefined);
};

export const forgetAttempt = (ctx: Context, settings: CookieSettings, state: string): void => {
  const slot = slotOf(state);
  if (slot === undefined) return;
  ctx.cookies.set(nameOf(slot, settings), "", { ...attributesOf(settings), expires: new Date(0) });
};
