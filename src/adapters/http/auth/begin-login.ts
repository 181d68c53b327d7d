import type { ReturnPath } from "../../../domain/sessions/return-path.ts";
import type { SignIn } from "../../../ports/driving/sign-in.ts";
import type { Context } from "../context.ts";
import type { CookieSettings } from "../middleware/session-cookie.ts";
import type { Admission } from "../streaming/admission.ts";
import { chooseSlot, writeAttempt } from "./attempt-cookie.ts";

export interface LoginDeps {
  readonly signIn: SignIn;
  readonly cookies: CookieSettings;
  readonly admission: Admission;
}

/** Redirects to the provider, with the attempt in a cookie. Throws Busy and ProviderDown. */
export const beginLogin = async (ctx: Context, d: LoginDeps, returnTo: ReturnPath): Promise<void> => {
  const slot = chooseSlot(ctx, d.cookies, returnTo);
  const request = await d.admission.run(ctx, "login", () => d.signIn.begin(ctx.state.origin, returnTo, slot));
  writeAttempt(ctx, d.cookies, slot, request.sealedAttempt);
  ctx.redirect(request.authorizationUrl);
};

/**
 * Whether the browser loads this ahead of a visit, which may never come. After a 503 it discards the prefetched response,
 * and sends the request again at the actual navigation.
 */
export const isSpeculative = (ctx: Context): boolean =>
  /prefetch|prerender/i.test(`${ctx.get("Sec-Purpose")} ${ctx.get("Purpose")}`);
