import type { Answer, Question } from "../requests/http.ts";
import type { RunningServer } from "../server/running-server.ts";

/** A browser as far as cookies and logins need one: it keeps cookies, asks for pages, follows nothing. */
export interface Browser {
  /** By name, as this server set them. */
  readonly cookies: Map<string, string>;
  /** A path alone is a GET of a page. */
  ask(question: Question | string): Promise<Answer>;
  /** Goes through a login that begins at this address of ours; the answer is the callback's. */
  logIn(loginPath?: string): Promise<Answer>;
}

const page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/** Takes over one `Set-Cookie`; an expiry in the past removes the cookie. */
const keep = (cookies: Map<string, string>, header: string): void => {
  const [pair = "", ...attributes] = header.split(/;\s*/);
  const [name = "", value = ""] = pair.split(/=(.*)/s);
  const expires = attributes.find((text) => /^expires=/i.test(text))?.slice("expires=".length);
  if (expires !== undefined && Date.parse(expires) < Date.now()) cookies.delete(name);
  else cookies.set(name, value);
};

/** A new browser, with no cookies. Who logs in is whom the server's provider was last told. */
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
