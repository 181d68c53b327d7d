import type { Answer, Question } from "../requests/http.ts";
import type { RunningServer } from "../server/running-server.ts";

/** A minimal browser: it stores cookies, requests pages, and does not follow redirects. */
export interface Browser {
  /** The cookies that this server has set, by name. */
  readonly cookies: Map<string, string>;
  /** Sends a request; a path alone is a GET of a page. */
  ask(question: Question | string): Promise<Answer>;
  /** Logs in, starting at this path of the server, and returns the callback's answer. */
  logIn(loginPath?: string): Promise<Answer>;
}

const page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/** Applies a `Set-Cookie` header; an expiry in the past removes the cookie. */
const keep = (cookies: Map<string, string>, header: string): void => {
  const [pair = "", ...attributes] = header.split(/;\s*/);
  const [name = "", value = ""] = pair.split(/=(.*)/s);
  const expires = attributes.find((text) => /^expires=/i.test(text))?.slice("expires=".length);
  if (expires !== undefined && Date.parse(expires) < Date.now()) cookies.delete(name);
  else cookies.set(name, value);
};

/** A new browser without cookies. The person who logs in is the one that was last set at the server's provider. */
export const browser = (server: Pick<RunningServer, "ask" | "provider">): Browser => {
  const cookies = new Map<string, string>();
  const ask = async (question: Question | string): Promise<Answer> => {
    const asked: Question = typeof question === "string" ? { path: question } : question;
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const headers = { Accept: page, ...(cookie === "" ? {} : { Cookie: cookie }), ...asked.headers };
    const answer = await server.ask({ ...asked, headers });
    for (const header of answer.cookies) keep(cookies, header);
    return answer;
  };
  const logIn = async (loginPath = "/login"): Promise<Answer> => {
    const begun = await ask(loginPath);
    const query = await server.provider.logIn(begun.headers["location"] ?? "");
    return ask(`/logged-in${query}`);
  };
  return { cookies, ask, logIn };
};
