import type { BackchannelLogout } from "../../../ports/driving/backchannel-logout.ts";
import type { Context, Middleware } from "../context.ts";
import { readForm } from "../requests/form-body.ts";

/**
 * `POST /backchannel-logout`, which the OpenID provider calls (OpenID Connect Back-Channel Logout section 2.5). The
 * logout token is the only credential, so that this runs before the session and cross-site middleware.
 */
export const backchannelLogoutRoute =
  (logOut: BackchannelLogout): Middleware =>
  (ctx, next) =>
    ctx.path === "/backchannel-logout" && ctx.method === "POST" ? answer(ctx, logOut) : next();

const answer = async (ctx: Context, logOut: BackchannelLogout): Promise<void> => {
  const tokens = (await readForm(ctx)).getAll("logout_token");
  const [token] = tokens;
  if (token === undefined || tokens.length > 1) return refuse(ctx, "Send one logout_token.");
  const ended = await logOut(token);
  if (ended.outcome === "refused") return refuse(ctx, ended.reason);
  ctx.status = 200;
  ctx.body = "";
  ctx.set("Cache-Control", "no-store");
};

/** Sends the error response of section 2.8. */
const refuse = (ctx: Context, reason: string): void => {
  ctx.status = 400;
  ctx.set("Cache-Control", "no-store");
  ctx.body = { error: "invalid_request", error_description: reason };
};
