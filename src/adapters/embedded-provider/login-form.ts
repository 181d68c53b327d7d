import type { IncomingMessage } from "node:http";
import type { Context, Middleware } from "koa";
import { errors, type Interaction, type Provider } from "oidc-provider";
import type { Log } from "../../ports/driven/system/log.ts";
import type { Accounts, LogInResult } from "./accounts/accounts.ts";
import type { Pages } from "./pages.ts";

export interface LoginFormParts {
  readonly provider: Provider;
  readonly accounts: Accounts;
  readonly pages: Pages;
  readonly log: Log;
}

const formPath = /^\/interaction\/([\w-]+)$/;
/** In bytes. */
const maxFormSize = 8192;

/** Undefined when the body is too long or not of a form's type. */
const readForm = async (req: IncomingMessage): Promise<URLSearchParams | undefined> => {
  const type = req.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // Destroying the request would close the connection before the response is sent.
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maxFormSize) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
};

/** The status and the message of a login that failed. */
const failureOf = (result: Exclude<LogInResult, { outcome: "done" }>) => {
  switch (result.outcome) {
    case "wrong":
      return { status: 422, problem: "Username or password is not right. Please try again." };
    case "too-many":
      return {
        status: 429,
        retryAfter: result.wait,
        problem: `Too many attempts with this username. Please try again in ${result.wait} seconds.`,
      };
    case "busy":
      return { status: 503, retryAfter: 5, problem: "Too many people log in right now. Please try again." };
  }
};

/** The browser's login with this id that waits for the form; undefined when there is none, or it has expired. */
const findInteraction = async (
  ctx: Context,
  provider: Provider,
  uid: string,
): Promise<Interaction | undefined> => {
  try {
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    return interaction.uid === uid && interaction.prompt.name === "login" ? interaction : undefined;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
};

const sendPage = async (ctx: Context, status: number, page: Promise<string>): Promise<void> => {
  ctx.body = await page;
  ctx.type = "html";
  ctx.status = status;
};

const expired = {
  heading: "This login is over",
  explanation:
    "It has taken too long, was finished in another tab, or began in another browser. Please log in again.",
};
const invalidForm = { heading: "Nothing was sent", explanation: "This is not what the login form sends." };

/**
 * The form for username and password. It needs no CSRF token, since the login is identified by a `SameSite=Lax` cookie,
 * which browsers do not send with forms of other sites.
 */
export const loginForm = ({ provider, accounts, pages, log }: LoginFormParts): Middleware => {
  const { usernames } = accounts;

  const submit = async (ctx: Context): Promise<void> => {
    const form = await readForm(ctx.req);
    const username = form?.get("username")?.trim();
    const password = form?.get("password");
    if (typeof username !== "string" || typeof password !== "string") {
      ctx.set("Connection", "close");
      return sendPage(ctx, 400, pages.error(invalidForm));
    }
    const result = await accounts.logIn(username, password);
    if (result.outcome === "done") {
      const login = { accountId: result.account.username };
      // A 303 does not repeat the POST, whose body has the password (RFC 9110 section 15.4.4).
      const location = await provider.interactionResult(
        ctx.req,
        ctx.res,
        { login },
        { mergeWithLastSubmission: false },
      );
      ctx.status = 303;
      ctx.redirect(location);
      return;
    }
    // An unknown username is not logged, since it may be a password in the wrong field.
    const loggedName = accounts.find(username) === undefined ? {} : { username };
    log.write({
      event: "sign-in",
      outcome: "refused",
      ...loggedName,
      reason: `embedded provider: ${result.outcome}`,
    });
    const { status, problem, retryAfter } = { retryAfter: undefined, ...failureOf(result) };
    if (retryAfter !== undefined) ctx.set("Retry-After", String(retryAfter));
    return sendPage(ctx, status, pages.login({ usernames, username, problem }));
  };

  return async (ctx, next) => {
    const uid = formPath.exec(ctx.path)?.[1];
    if (uid === undefined) return next();
    if (!["GET", "HEAD", "POST"].includes(ctx.method)) {
      ctx.set("Allow", "GET, HEAD, POST");
      ctx.status = 405;
      return;
    }
    const interaction = await findInteraction(ctx, provider, uid);
    if (interaction === undefined) return sendPage(ctx, 400, pages.error(expired));
    if (ctx.method === "POST") return submit(ctx);
    const hint = interaction.params.login_hint;
    return sendPage(ctx, 200, pages.login({ usernames, username: typeof hint === "string" ? hint : "" }));
  };
};
