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
    ctx.path === "/backchannel-logout" && ctx.method === "POST" ? handleLogoutToken(ctx, logOut) : next();

const handleLogoutToken = async (ctx: Context, logOut: BackchannelLogout): Promise<void> => {
  const tokens = (await readForm(ctx)).getAll("logout_token");
  const [token] = tokens;
  if (token === undefined || tokens.length > 1) return sendError(ctx, "Send one logout_token.");
  const result = await logOut(token);
  if (result.outcome === "refused") return sendError(ctx, result.reason);
  ctx.status = 200;
  ctx.body = "";
  ctx.set("Cache-Control", "no-store");
};

/** Sends the error response of section 2.8. */
const sendError = (ctx: Context, reason: string): void => {
  ctx.status = 400;
  ctx.set("Cache-Control", "no-store");
  ctx.body = { error: "invalid_request", error_description: reason };
};
