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
 * Each pending login has its own cookie with the encrypted attempt, so that several tabs can log in at the same time.
 * Each letter is one cookie name (slot). This bounds a browser's cookies: 20 of at most 900 bytes, 4 of at most 2600.
 */
const slots = { small: "abcdefghijklmnopqrst", large: "uvwx" } as const;

/** In bytes. Attempts with a longer return path use a large slot. */
const maxSmallReturnPath = 240;

/** Slots are used round-robin, so that concurrent requests of a browser get different ones. */
let nextSlot = randomInt(slots.small.length * slots.large.length);

/** `__Host-` prevents sibling domains from setting this cookie (RFC 6265bis section 4.1.3.2). */
const cookieName = (slot: string, { secure }: CookieSettings): string =>
  `${secure ? "__Host-" : ""}nextstrain.org-login-${slot}`;

const requestCookies = (ctx: Context) =>
  parseCookie(ctx.req.headers.cookie ?? "", { decode: (value) => value });

/** Chooses a slot for a new attempt, preferably one for which the browser has sent no cookie. */
export const chooseSlot = (ctx: Context, settings: CookieSettings, returnTo: ReturnPath): string => {
  const candidates = sizeOf(returnTo) <= maxSmallReturnPath ? slots.small : slots.large;
  const existing = requestCookies(ctx);
  nextSlot += 1;
  const rotated = Array.from(candidates, (_, index) =>
    candidates.charAt((nextSlot + index) % candidates.length),
  );
  return rotated.find((slot) => existing[cookieName(slot, settings)] === undefined) ?? rotated[0] ?? "a";
};

/** The `state` parameter begins with its attempt's slot. */
const slotFromState = (state: string): string | undefined => {
  const slot = state.charAt(0);
  return slot !== "" && `${slots.small}${slots.large}`.includes(slot) ? slot : undefined;
};

const attemptCookieAttributes = (settings: CookieSettings) => ({
  ...cookieAttributes(settings),
  domain: undefined,
});

/** Sets the attempt's cookie, which expires with the attempt. */
export const writeAttempt = (
  ctx: Context,
  settings: CookieSettings,
  slot: string,
  sealedAttempt: SealedText,
): void => {
  const maxAge = loginAttemptLifetime * 1000;
  ctx.cookies.set(cookieName(slot, settings), sealedAttempt, {
    ...attemptCookieAttributes(settings),
    maxAge,
  });
};

/** The attempt in the slot of this `state`. Whether they belong together is not checked here. */
export const readAttempt = (
  ctx: Context,
  settings: CookieSettings,
  state: string,
): SealedText | undefined => {
  const slot = slotFromState(state);
  return slot === undefined
    ? undefined
    : (requestCookies(ctx)[cookieName(slot, settings)] as SealedText | undefined);
};

/** Clears the cookie in the slot of this `state`. */
export const clearAttempt = (ctx: Context, settings: CookieSettings, state: string): void => {
  const slot = slotFromState(state);
  if (slot === undefined) return;
  ctx.cookies.set(cookieName(slot, settings), "", {
    ...attemptCookieAttributes(settings),
    expires: new Date(0),
  });
};
