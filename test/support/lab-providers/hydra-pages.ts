import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { password } from "../sessions/provider-browser.ts";

/** The application with the pages for Hydra's login and consent. */
export interface HydraPages {
  readonly origin: string;
  /** The URL of Hydra's admin API, which is set when Hydra runs. */
  admin: string;
  readonly groups: Map<string, readonly string[]>;
  close(): Promise<void>;
}

/** A redirect or a page for the browser, or JSON for Hydra. */
type PageResponse = { readonly location: string } | { readonly page: string } | { readonly json: object };

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
  const accept = async (what: string, challenge: string, body: object): Promise<PageResponse> => {
    const path = `${what}/accept?${what}_challenge=${encodeURIComponent(challenge)}`;
    return { location: String((await hydra("PUT", path, body))["redirect_to"]) };
  };

  const logIn = async (challenge: string, fields: URLSearchParams): Promise<PageResponse> => {
    const subject = fields.get("username") ?? "";
    if (fields.get("password") !== password || !groups.has(subject)) return { page: form };
    return accept("login", challenge, { subject });
  };
  const consent = async (challenge: string): Promise<PageResponse> => {
    const request = await hydra("GET", `consent?consent_challenge=${encodeURIComponent(challenge)}`);
    const session = { id_token: claims(String(request["subject"])) };
    return accept("consent", challenge, { grant_scope: request["requested_scope"], session });
  };
  const respond = async (request: IncomingMessage): Promise<PageResponse> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const body = await text(request);
    if (pathname === "/renewal") {
      const { subject = "" } = JSON.parse(body) as { subject?: string };
      return { json: { session: { id_token: claims(subject) } } };
    }
    if (pathname === "/consent") return consent(searchParams.get("consent_challenge") ?? "");
    if (request.method !== "POST") return { page: form };
    return logIn(searchParams.get("login_challenge") ?? "", new URLSearchParams(body));
  };

  const server = createServer(async (request, response) => {
    const result = await respond(request);
    if ("location" in result) response.writeHead(302, { Location: result.location }).end();
    else if ("page" in result) response.writeHead(200, { "Content-Type": "text/html" }).end(result.page);
    else response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(result.json));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(pages, { origin: `http://127.0.0.1:${port}`, groups, close });
};
