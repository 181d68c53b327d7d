import type { IncomingMessage } from "node:http";
import type { Context, Middleware } from "koa";
import { errors, type Interaction, type Provider } from "oidc-provider";
import type { Log } from "../../ports/driven/system/log.ts";
import type { Accounts, LogIn } from "./accounts/accounts.ts";
import type { Pages } from "./pages.ts";

export interface LoginFormParts {
  readonly provider: Provider;
  readonly accounts: Accounts;
  readonly pages: Pages;
  readonly log: Log;
}

const formPath = /^\/interaction\/([\w-]+)$/;
const longestForm = 8192;

/** Undefined when it is too long or no form. */
const readForm = async (req: IncomingMessage): Promise<URLSearchParams | undefined> => {
  const type = req.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  // Destroying the request would take the connection, and our answer, with it.
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > longestForm) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
};

/** What is to be said about a login that did not succeed, and with which status. */
const refusal = (result: Exclude<LogIn, { outcome: "done" }>) => {
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

/** A login that the browser has begun, and that waits for this form; undefined when there is none any more. */
const pendingLogin = async (
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

const answer = async (ctx: Context, status: number, page: Promise<string>): Promise<void> => {
  ctx.body = await page;
  ctx.type = "html";
  ctx.status = status;
};

const expired = {
  heading: "This login is over",
  explanation:
    "It has taken too long, was finished in another tab, or began in another browser. Please log in again.",
};
const unreadable = { heading: "Nothing was sent", explanation: "This is not what the login form sends." };

/**
 * The form that asks for username and password. No token against forged submissions: the login it belongs
 * to is named by a `SameSite=Lax` cookie, which other sites' forms do not bring along.
 */
export const loginForm = ({ provider, accounts, pages, log }: LoginFormParts): Middleware => {
  const { usernames } = accounts;

  const submit = async (ctx: Context): Promise<void> => {
    const form = await readForm(ctx.req);
    const username = form?.get("username")?.trim();
    const password = form?.get("password");
    if (typeof username !== "string" || typeof password !== "string") {
      ctx.set("Connection", "close");
      return answer(ctx, 400, pages.error(unreadable));
    }
    const result = await accounts.logIn(username, password);
    if (result.outcome === "done") {
      const login = { accountId: result.account.username };
      // 303: the password must not be sent on (RFC 9110 section 15.4.4).
      const next = await provider.interactionResult(
        ctx.req,
        ctx.res,
        { login },
        { mergeWithLastSubmission: false },
      );
      ctx.status = 303;
      ctx.redirect(next);
      return;
    }
    // An unknown name may be a password in the wrong field, and stays out of the log.
    const known = accounts.find(username) === undefined ? {} : { username };
    log.write({
      event: "sign-in",
      outcome: "refused",
      ...known,
      reason: `embedded provider: ${result.outcome}`,
    });
    const { status, problem, retryAfter } = { retryAfter: undefined, ...refusal(result) };
    if (retryAfter !== undefined) ctx.set("Retry-After", String(retryAfter));
    return answer(ctx, status, pages.login({ usernames, username, problem }));
  };

  return async (ctx, next) => {
    const uid = formPath.exec(ctx.path)?.[1];
    if (uid === undefined) return next();
    if (!["GET", "HEAD", "POST"].includes(ctx.method)) {
      ctx.set("Allow", "GET, HEAD, POST");
      ctx.status = 405;
      return;
    }
    const interaction = await pendingLogin(ctx, provider, uid);
    if (interaction === undefined) return answer(ctx, 400, pages.error(expired));
    if (ctx.method === "POST") return submit(ctx);
    const hint = interaction.params.login_hint;
    return answer(ctx, 200, pages.login({ usernames, username: typeof hint === "string" ? hint : "" }));
  };
};
