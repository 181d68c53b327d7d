import type { IncomingMessage, ServerResponse } from "node:http";
import type { Middleware } from "koa";
import { type Context, Provider } from "oidc-provider";
import type { Log } from "../../ports/driven/system/log.ts";
import { errorView } from "./error-view.ts";
import { loginForm } from "./login-form.ts";
import type { Pages } from "./pages.ts";
import { type ConfigurationParts, providerConfiguration } from "./provider-configuration.ts";

export interface ProviderParts extends ConfigurationParts {
  readonly issuer: string;
  readonly log: Log;
}

/** Sets the headers of every response, none of which may be cached, and sends the pages for 404 and server errors. */
const headersAndErrors =
  (pages: Pages): Middleware =>
  async (ctx, next) => {
    ctx.set({
      "Cache-Control": "no-store",
      "Content-Security-Policy": pages.contentSecurityPolicy,
      "Referrer-Policy": "same-origin",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    });
    const sendError = async (status: number, view: Parameters<Pages["error"]>[0]): Promise<void> => {
      ctx.body = await pages.error(view);
      ctx.type = "html";
      ctx.status = status;
    };
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) await sendError(404, notFoundView);
    } catch (error) {
      // Koa responds to errors that have a status.
      if (error instanceof Error && "status" in error) throw error;
      ctx.app.emit("error", error, ctx);
      const view = errorView(error);
      await sendError(view.status, view);
    }
  };

const notFoundView = {
  heading: "There is no such page",
  explanation: "Nothing is to be found at this address of the login service.",
};

/**
 * Skips the confirmation of a logout when nobody is logged in, for which oidc-provider sends a page that submits itself
 * by a script.
 */
const skipEmptyLogout =
  (pages: Pages): Middleware =>
  async (ctx, next) => {
    await next();
    const { oidc } = ctx as Context;
    if (oidc?.route !== "end_session" || ctx.status !== 200 || oidc.session?.accountId !== undefined) return;
    const { postLogoutRedirectUri, state } = oidc.session?.state ?? {};
    // Removes the hash that oidc-provider has added for its script.
    ctx.set("Content-Security-Policy", pages.contentSecurityPolicy);
    if (postLogoutRedirectUri === undefined) {
      ctx.body = await pages.loggedOut();
      return;
    }
    const target = new URL(postLogoutRedirectUri);
    if (state !== undefined) target.searchParams.set("state", state);
    ctx.redirect(target.href);
    ctx.status = 303;
  };

/** The request listener of oidc-provider; request URLs must not have the mount path. */
export const providerHandler = (
  parts: ProviderParts,
): ((req: IncomingMessage, res: ServerResponse) => unknown) => {
  const { accounts, issuer, log, pages } = parts;
  const provider = new Provider(issuer, providerConfiguration(parts));
  const logError = (cause: unknown) =>
    log.write({ event: "background", what: "an answer of the embedded identity provider", cause });
  provider.on("server_error", (ctx: Context, error: unknown) => {
    logError(error);
    ctx.status = errorView(error).status;
  });
  provider.on("error", logError);
  provider.use(headersAndErrors(pages));
  provider.use(skipEmptyLogout(pages));
  provider.use(loginForm({ provider, accounts, pages, log }));
  return provider.callback();
};
