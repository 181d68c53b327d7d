import type { Browser } from "../browser/browser.ts";
import type { RunningServer } from "../server/running-server.ts";

export const sessionCookie = "nextstrain.org-session";

/** Logs in at the provider, as the person that was last set there, and follows its redirect to the callback. */
export const comeBack = async (server: RunningServer, visitor: Browser, authorizationUrl = "") =>
  visitor.ask(`/logged-in${await server.provider.logIn(authorizationUrl)}`);

/** The username of the session, by /whoami. Null: nobody is logged in. */
export const username = async (visitor: Browser): Promise<string | null> => {
  const answer = await visitor.ask({ path: "/whoami", headers: { Accept: "application/json" } });
  if (answer.status !== 200) throw new Error(`/whoami answered ${answer.status}`);
  return (answer.json() as { user: { username: string } | null }).user?.username ?? null;
};

/** The session id in the cookie. */
export const sessionId = (visitor: Browser): string =>
  /^s:(.{32})\./.exec(decodeURIComponent(visitor.cookies.get(sessionCookie) ?? ""))?.[1] ?? "";
