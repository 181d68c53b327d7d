import type { Answer, Question } from "../requests/http.ts";
import type { RunningServer } from "../server/running-server.ts";

/** A minimal browser with cookies, which requests pages and does not follow redirects. */
export interface Browser {
  /** The server's cookies by name. */
  readonly cookies: Map<string, string>;
  /** Sends a request with the cookies; a path is a GET of a page. */
  ask(question: Question | string): Promise<Answer>;
  /** Logs in, starting at this path; resolves to the callback's response. */
  logIn(loginPath?: string): Promise<Answer>;
}

const page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/** Stores the cookie of a `Set-Cookie` header; an expiry in the past removes it. */
const storeCookie = (cookies: Map<string, string>, header: string): void => {
  const [pair = "", ...attributes] = header.split(/;\s*/);
  const [name = "", value = ""] = pair.split(/=(.*)/s);
  const expires = attributes.find((text) => /^expires=/i.test(text))?.slice("expires=".length);
  if (expires !== undefined && Date.parse(expires) < Date.now()) cookies.delete(name);
  else cookies.set(name, value);
};

/** A new browser without cookies. The server's stub provider determines who logs in. */
export const browser = (server: Pick<RunningServer, "ask" | "provider">): Browser => {
  const cookies = new Map<string, string>();
  const ask = async (question: Question | string): Promise<Answer> => {
    const request: Question = typeof question === "string" ? { path: question } : question;
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const headers = { Accept: page, ...(cookie === "" ? {} : { Cookie: cookie }), ...request.headers };
    const answer = await server.ask({ ...request, headers });
    for (const header of answer.cookies) storeCookie(cookies, header);
    return answer;
  };
  const logIn = async (loginPath = "/login"): Promise<Answer> => {
    const redirect = await ask(loginPath);
    const query = await server.provider.logIn(redirect.headers["location"] ?? "");
    return ask(`/logged-in${query}`);
  };
  return { cookies, ask, logIn };
};

/** A browser of whom the server's provider was last told, who has logged in. */
export const loggedInBrowser = async (server: Pick<RunningServer, "ask" | "provider">): Promise<Browser> => {
  const visitor = browser(server);
  await visitor.logIn();
  return visitor;
};
