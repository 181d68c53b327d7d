import type { IncomingMessage, ServerResponse } from "node:http";
import type { Middleware } from "koa";
import { type Context, Provider } from "oidc-provider";
import type { Log } from "../../ports/driven/system/log.ts";
import { loginForm } from "./login-form.ts";
import type { Pages } from "./pages.ts";
import { type ConfigurationParts, providerConfiguration } from "./provider-configuration.ts";
import { troubleOf } from "./trouble.ts";

export interface ProviderParts extends ConfigurationParts {
  readonly issuer: string;
  readonly log: Log;
}

/** Headers for everything, a page for what is not there or failed, and no answer that a cache may keep. */
const frame =
  (pages: Pages): Middleware =>
  async (ctx, next) => {
    ctx.set({
      "Cache-Control": "no-store",
      "Content-Security-Policy": pages.contentSecurityPolicy,
      "Referrer-Policy": "same-origin",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    });
    const answer = async (status: number, view: Parameters<Pages["error"]>[0]): Promise<void> => {
      ctx.body = await pages.error(view);
      ctx.type = "html";
      ctx.status = status;
    };
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) await answer(404, notThere);
    } catch (error) {
      // A refusal that names its status is Koa's to answer.
      if (error instanceof Error && "status" in error) throw error;
      ctx.app.emit("error", error, ctx);
      const trouble = troubleOf(error);
      await answer(trouble.status, trouble);
    }
  };

const notThere = {
  heading: "There is no such page",
  explanation: "Nothing is to be found at this address of the login service.",
};

/**
 * Logs out at once who is not logged in. The library would send a page of its own, which asks the browser for
 * a form that nobody sees.
 */
const nothingToLogOut =
  (pages: Pages): Middleware =>
  async (ctx, next) => {
    await next();
    const { oidc } = ctx as Context;
    if (oidc?.route !== "end_session" || ctx.status !== 200 || oidc.session?.accountId !== undefined) return;
    const { postLogoutRedirectUri: back, state } = oidc.session?.state ?? {};
    // Without what the library has added for its script.
    ctx.set("Content-Security-Policy", pages.contentSecurityPolicy);
    if (back === undefined) {
      ctx.body = await pages.loggedOut();
      return;
    }
    const target = new URL(back);
    if (state !== undefined) target.searchParams.set("state", state);
    ctx.redirect(target.href);
    ctx.status = 303;
  };

/** Answers requests for paths from which that of the mount has been taken off. */
export const provider = (parts: ProviderParts): ((req: IncomingMessage, res: ServerResponse) => unknown) => {
  const { accounts, issuer, log, pages } = parts;
  const made = new Provider(issuer, providerConfiguration(parts));
  const failed = (cause: unknown) =>
    log.write({ event: "background", what: "an answer of the embedded identity provider", cause });
  made.on("server_error", (ctx: Context, error: unknown) => {
    failed(error);
    ctx.status = troubleOf(error).status;
  });
  made.on("error", failed);
  made.use(frame(pages));
  made.use(nothingToLogOut(pages));
  made.use(loginForm({ provider: made, accounts, pages, log }));
  return made.callback();
};
