import { createHash, randomBytes } from "node:crypto";
import type { Browser } from "../browser/browser.ts";
import { browser } from "../browser/browser.ts";
import type { Answer } from "../requests/http.ts";
import type { RunningServer } from "../server/running-server.ts";

/** The password of all people at all providers that tests start. */
export const password = "a-password-of-the-tests";

/** Requests a URL of the provider with the provider's cookies, without following redirects. */
export type ProviderVisit = (url: string, options?: RequestInit) => Promise<Response>;

/** Logs in at the authorization endpoint, and returns the URL that the provider redirects to. */
export type Approval = (visit: ProviderVisit, url: string, username: string) => Promise<URL>;

/** A browser that also stores the provider's cookies, and can submit its login form. */
export interface ProviderBrowser extends Browser {
  /** Logs in at the provider, and returns the answer of the server's callback. */
  logInAs(username: string, loginPath?: string): Promise<Answer>;
  /** Requests a URL of the provider. */
  visit: ProviderVisit;
}

export const providerCookies = (): ProviderVisit => {
  const cookies = new Map<string, string>();
  return async (url, options = {}) => {
    const headers = new Headers(options.headers);
    headers.set("Cookie", Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; "));
    const answer = await fetch(url, { ...options, redirect: "manual", headers });
    for (const header of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = (header.split(";")[0] ?? "").split(/=(.*)/s);
      if (/;\s*Max-Age=0/i.test(header)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
};

const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll("&amp;", "&");

/** Fills in the form of a page: hidden fields unchanged, the username, and the password. */
const filledIn = (page: string, username: string) => {
  const body = new URLSearchParams();
  for (const [tag] of page.matchAll(/<input\s[^>]*>/g)) {
    const [name, type] = [attribute(tag, "name"), attribute(tag, "type") ?? "text"];
    if (name === undefined) continue;
    if (type === "hidden") body.set(name, attribute(tag, "value") ?? "");
    if (type === "text") body.set(name, username);
    if (type === "password") body.set(name, password);
  }
  return { action: attribute(/<form\s[^>]*>/.exec(page)?.[0] ?? "", "action") ?? "", body };
};

/** Logs in by pages with one form each. */
export const approveByForm: Approval = async (visit, url, username) => {
  const redirectUri = new URL(url).searchParams.get("redirect_uri") ?? "";
  let at = url;
  let answer = await visit(at);
  for (let step = 0; step < 10; step++) {
    const location = answer.headers.get("location");
    if (location !== null) {
      at = new URL(location, at).href;
      if (at.startsWith(redirectUri)) return new URL(at);
      answer = await visit(at);
    } else {
      const { action, body } = filledIn(await answer.text(), username);
      at = new URL(action, at).href;
      answer = await visit(at, { method: "POST", body });
    }
  }
  throw new Error(`The provider lets ${username} not log in: ${answer.status} at ${at}`);
};

export const providerBrowser = (server: RunningServer, approve: Approval): ProviderBrowser => {
  const visitor = browser(server);
  const visit = providerCookies();
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

export interface CommandLineClient {
  readonly issuer: string;
  readonly id: string;
  readonly redirectUri: string;
  /** Default: the scopes that the Nextstrain CLI requests. */
  readonly scope?: string;
}

/** Gets an id token as the CLI does: by the code flow with PKCE, without a client secret. */
export const tokenOfCommandLine = async (
  { issuer, id, redirectUri, scope = "openid profile email offline_access" }: CommandLineClient,
  approve: Approval,
  username: string,
): Promise<string> => {
  const metadata = await fetch(`${issuer}/.well-known/openid-configuration`);
  const endpoints = (await metadata.json()) as Record<"authorization_endpoint" | "token_endpoint", string>;
  const verifier = randomBytes(32).toString("base64url");
  const asked = new URLSearchParams({
    response_type: "code",
    client_id: id,
    redirect_uri: redirectUri,
    scope,
    state: randomBytes(32).toString("base64url"),
    nonce: randomBytes(32).toString("base64url"),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const back = await approve(providerCookies(), `${endpoints.authorization_endpoint}?${asked}`, username);
  const answer = await fetch(endpoints.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: id,
      redirect_uri: redirectUri,
      code: back.searchParams.get("code") ?? "",
      code_verifier: verifier,
    }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`No id token for the command line: ${answer.status} ${text}`);
  return (JSON.parse(text) as { id_token: string }).id_token;
};
