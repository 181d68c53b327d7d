import type { IncomingMessage, ServerResponse } from "node:http";
import type { Middleware } from "koa";
import { Provider } from "oidc-provider";
import type { Log } from "../../ports/driven/log.ts";
import { loginForm } from "./login-form.ts";
import type { Pages } from "./pages.ts";
import { type ConfigurationParts, providerConfiguration } from "./provider-configuration.ts";

export interface ProviderParts extends ConfigurationParts {
  readonly issuer: string;
  readonly log: Log;
}

/** Headers for everything, a page for what is not there, and no answer that a cache may keep. */
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
    await next();
    if (ctx.status !== 404 || ctx.body !== undefined) return;
    ctx.body = await pages.error({
      heading: "There is no such page",
      explanation: "Nothing is to be found at this address of the login service.",
    });
    ctx.type = "html";
    ctx.status = 404;
  };

/** Answers requests for paths from which that of the mount has been taken off. */
export const provider = (parts: ProviderParts): ((req: IncomingMessage, res: ServerResponse) => unknown) => {
  const { accounts, issuer, log, pages } = parts;
  const made = new Provider(issuer, providerConfiguration(parts));
  const failed = (cause: unknown) =>
    log.write({ event: "background", what: "an answer of the embedded identity provider", cause });
  made.on("server_error", (_ctx: unknown, error: unknown) => failed(error));
  made.on("error", failed);
  made.use(frame(pages));
  made.use(loginForm({ provider: made, accounts, pages, log }));
  return made.callback();
};
