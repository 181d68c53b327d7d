import { BadRequest, BearerRequired } from "../../../domain/failure.ts";
import type { Credentials } from "../../../domain/identity/caller.ts";
import type { IdentifyCaller } from "../../../ports/driving/identify-caller.ts";
import type { Context, Middleware } from "../context.ts";

/**
 * Authenticates the request. A Bearer token takes precedence over a session cookie.
 * @param refreshGroups Has the groups made here read anew at the same time, when that is due.
 */
export const identify =
  (identifyCaller: IdentifyCaller, refreshGroups: () => Promise<void> | undefined): Middleware =>
  async (ctx, next) => {
    const credentials = bearerCredentials(ctx) ?? ctx.state.session;
    const pending = refreshGroups();
    if (credentials.kind !== "none") ctx.state.caller = await identifyCaller(credentials);
    if (pending) await pending;
    ctx.state.isIdentified = true;
    await next();
  };

/**
 * Parses the Authorization header (RFC 6750 section 2.1, http-api.md section 10). Throws BadRequest when it is
 * malformed, and BearerRequired for another scheme.
 */
const bearerCredentials = (ctx: Context): Credentials | undefined => {
  const header = ctx.req.headers.authorization;
  if (header === undefined) return undefined;
  const words = header.split(" ");
  const [scheme = "", token = ""] = words;
  if (words.length !== 2)
    throw new BadRequest("The Authorization header has to be two words: Bearer, and a token.");
  if (scheme.toLowerCase() !== "bearer" || token === "") throw new BearerRequired();
  return { kind: "bearer", token };
};
