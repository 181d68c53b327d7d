import { createHash, randomBytes } from "node:crypto";
import type { Browser } from "./browser.ts";
import { browser } from "./browser.ts";
import type { StartedKeycloak } from "./containers/keycloak.ts";
import type { Answer } from "./http.ts";
import type { RunningServer } from "./running-server.ts";

export const password = "a-password-of-the-tests";

/** A browser that keeps Keycloak's cookies too, and can fill in its form. */
export interface KeycloakBrowser extends Browser {
  /** Goes to Keycloak and through its form, if there is one; the answer is our callback's. */
  logInAs(username: string, loginPath?: string): Promise<Answer>;
  /** Follows a link to Keycloak. */
  visit(url: string): Promise<Response>;
}

const formAction = async (page: Response): Promise<string> =>
  /action="([^"]+)"/.exec(await page.text())?.[1]?.replaceAll("&amp;", "&") ?? "";

const keycloakCookies = () => {
  const cookies = new Map<string, string>();
  return async (url: string, options: RequestInit = {}): Promise<Response> => {
    const Cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { ...options, redirect: "manual", headers: { Cookie } });
    for (const header of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = (header.split(";")[0] ?? "").split(/=(.*)/s);
      if (/;\s*Max-Age=0/i.test(header)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
};

/** From the authorization endpoint to the address that Keycloak sends back to. */
const approve = async (visit: KeycloakVisit, url: string, username: string): Promise<URL> => {
  let answer = await visit(url);
  if (answer.status === 200) {
    const body = new URLSearchParams({ username, password });
    answer = await visit(await formAction(answer), { method: "POST", body });
  }
  const location = answer.headers.get("location");
  if (location === null) throw new Error(`Keycloak lets ${username} not log in: ${answer.status}`);
  return new URL(location);
};

type KeycloakVisit = ReturnType<typeof keycloakCookies>;

export const keycloakBrowser = (server: RunningServer): KeycloakBrowser => {
  const visitor = browser(server);
  const visit = keycloakCookies();
  return {
    ...visitor,
    visit,
    logInAs: async (username, loginPath = "/login") => {
      const begun = await visitor.ask(loginPath);
      const { search } = await approve(visit, begun.headers["location"] ?? "", username);
      return visitor.ask(`/logged-in${search}`);
    },
  };
};

/** An id token as the command line gets it: code flow with PKCE, and no client secret. */
export const commandLineToken = async ({ issuer }: StartedKeycloak, username: string): Promise<string> => {
  const verifier = randomBytes(32).toString("base64url");
  const redirectUri = "http://127.0.0.1:9999/";
  const asked = new URLSearchParams({
    response_type: "code",
    client_id: "cli-client",
    redirect_uri: redirectUri,
    scope: "openid profile",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const endpoint = `${issuer}/protocol/openid-connect`;
  const back = await approve(keycloakCookies(), `${endpoint}/auth?${asked}`, username);
  const answer = await fetch(`${endpoint}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "cli-client",
      redirect_uri: redirectUri,
      code: back.searchParams.get("code") ?? "",
      code_verifier: verifier,
    }),
  });
  const { id_token: idToken } = (await answer.json()) as { id_token?: string };
  if (idToken === undefined) throw new Error(`No id token for the command line: ${answer.status}`);
  return idToken;
};

/** What an administrator does with the realm `lab`. */
export const administer = async (
  { origin, admin }: StartedKeycloak,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> => {
  const form = { grant_type: "password", client_id: "admin-cli", ...admin };
  const granted = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const answer = await fetch(`${origin}/admin/realms/lab${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Keycloak answered ${answer.status} to ${method} ${path}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
};
