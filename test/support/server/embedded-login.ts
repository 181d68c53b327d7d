import type { Answer, Question } from "../requests/http.ts";
import { ask } from "../requests/http.ts";
import { type Browser, beginLogin, createBrowser, type Login } from "./embedded-provider.ts";

/** A browser at a server with its embedded provider, which submits the real login form. */
export interface Visitor {
  readonly browser: Browser;
  /** Sends a request with the session's cookies, like a page of the same origin. */
  ask(question: Question): Promise<Answer>;
  whoami(): Promise<unknown>;
}

const cookiesOf = (browser: Browser): string =>
  Array.from(browser.jar, ([key, { value, path }]) => [key.split(" ")[0], value, path] as const)
    .filter(([, , path]) => path === "/")
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");

export const visitor = (origin: () => string): Visitor => {
  const browser = createBrowser(() => false);
  const askWithCookies = (question: Question) =>
    ask(origin(), { ...question, headers: { Cookie: cookiesOf(browser), ...question.headers } });
  return {
    browser,
    ask: askWithCookies,
    whoami: async () => {
      const answer = await askWithCookies({ path: "/whoami", headers: { Accept: "application/json" } });
      return (answer.json() as { user: unknown }).user;
    },
  };
};

export const logIn = async (who: Visitor, origin: string, username: string, returnTo = "/whoami") => {
  const form = await who.browser.visit(`${origin}/login?return_to=${encodeURIComponent(returnTo)}`);
  return who.browser.submit(form, { username, password: "demo" });
};

/** A login of the CLI, up to the redirect with the code to the CLI's port. */
export const logInCli = async (
  origin: string,
  username: string,
): Promise<{ login: Login; landing: string }> => {
  const redirectUri = "http://127.0.0.1:34567/";
  const browser = createBrowser((url) => url.startsWith(redirectUri));
  const login = beginLogin({ origin }, "nextstrain-cli", redirectUri);
  const form = await browser.visit(login.url);
  const landed = await browser.submit(form, { username, password: "demo" });
  return { login, landing: landed.url };
};
