import type { Browser } from "../browser/browser.ts";
import type { RunningServer } from "../server/running-server.ts";

export const sessionCookie = "nextstrain.org-session";

/** The login form's answer to a browser that has been sent to the provider, by whoever the provider was last told. */
export const comeBack = async (server: RunningServer, visitor: Browser, authorizationUrl = "") =>
  visitor.ask(`/logged-in${await server.provider.logIn(authorizationUrl)}`);

/** Who the server says this is; null for nobody. */
export const username = async (visitor: Browser): Promise<string | null> => {
  const answer = await visitor.ask({ path: "/whoami", headers: { Accept: "application/json" } });
  if (answer.status !== 200) throw new Error(`/whoami answered ${answer.status}`);
  return (answer.json() as { user: { username: string } | null }).user?.username ?? null;
};

/** The id inside a session cookie. */
export const sessionId = (visitor: Browser): string =>
  /^s:(.{32})\./.exec(decodeURIComponent(visitor.cookies.get(sessionCookie) ?? ""))?.[1] ?? "";
