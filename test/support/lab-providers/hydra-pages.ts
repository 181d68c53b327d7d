import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { password } from "../sessions/provider-browser.ts";

/** The application to which Hydra delegates login and consent. */
export interface HydraPages {
  readonly origin: string;
  /** Sets the URL of Hydra's API, once Hydra runs. */
  admin: string;
  readonly groups: Map<string, readonly string[]>;
  close(): Promise<void>;
}

/** Its answer: a redirect, a page, or JSON for Hydra. */
type Answer = { readonly location: string } | { readonly page: string } | { readonly json: object };

const form =
  '<form method="post" action=""><input type="text" name="username"><input type="password" name="password"><button>Log in</button></form>';

export const openHydraPages = async (port: number): Promise<HydraPages> => {
  const groups = new Map<string, readonly string[]>();
  const claims = (person: string) => ({ preferred_username: person, groups: groups.get(person) ?? [] });
  const pages: { admin: string } = { admin: "" };

  const hydra = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${pages.admin}/admin/oauth2/auth/requests/${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const accept = async (what: string, challenge: string, body: object): Promise<Answer> => {
    const path = `${what}/accept?${what}_challenge=${encodeURIComponent(challenge)}`;
    return { location: String((await hydra("PUT", path, body))["redirect_to"]) };
  };

  const logIn = async (challenge: string, sent: URLSearchParams): Promise<Answer> => {
    const subject = sent.get("username") ?? "";
    if (sent.get("password") !== password || !groups.has(subject)) return { page: form };
    return accept("login", challenge, { subject });
  };
  const consent = async (challenge: string): Promise<Answer> => {
    const asked = await hydra("GET", `consent?consent_challenge=${encodeURIComponent(challenge)}`);
    const session = { id_token: claims(String(asked["subject"])) };
    return accept("consent", challenge, { grant_scope: asked["requested_scope"], session });
  };
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const sent = await text(request);
    if (pathname === "/renewal") {
      const { subject = "" } = JSON.parse(sent) as { subject?: string };
      return { json: { session: { id_token: claims(subject) } } };
    }
    if (pathname === "/consent") return consent(searchParams.get("consent_challenge") ?? "");
    if (request.method !== "POST") return { page: form };
    return logIn(searchParams.get("login_challenge") ?? "", new URLSearchParams(sent));
  };

  const server = createServer(async (request, response) => {
    const said = await answer(request);
    if ("location" in said) response.writeHead(302, { Location: said.location }).end();
    else if ("page" in said) response.writeHead(200, { "Content-Type": "text/html" }).end(said.page);
    else response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(said.json));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(pages, { origin: `http://127.0.0.1:${port}`, groups, close });
};
