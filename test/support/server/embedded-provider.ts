import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EmbeddedProvider,
  type EmbeddedProviderOptions,
  openEmbeddedProvider,
} from "../../../src/adapters/embedded-provider/embedded-provider.ts";
import { memoryLimiters } from "../../../src/adapters/memory/limiter.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import type { LogEvent } from "../../../src/ports/driven/system/log.ts";

const clock = systemClock();

export const clients = { app: { id: "app", secret: "a secret of the app" }, cli: { id: "cli" } };

/** A provider on a free port of this machine, which can be restarted on the same folder. */
export interface RunningProvider {
  readonly origin: string;
  readonly folder: string;
  readonly events: LogEvent[];
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const startProvider = async (
  options: Partial<EmbeddedProviderOptions> = {},
): Promise<RunningProvider> => {
  const folder = await mkdtemp(join(tmpdir(), "embedded-provider-"));
  const events: LogEvent[] = [];
  let provider: EmbeddedProvider | undefined;
  const server = createServer((req, res) => provider?.handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const open = () =>
    openEmbeddedProvider({
      folder,
      issuer: `${origin}/idp`,
      origins: [origin, "https://localhost:5443"],
      clients,
      accounts: [
        { username: "alice", password: "demo", groups: ["demo/owners", "demo-private/owners"] },
        { username: "bob", password: "demo", groups: ["demo-private/viewers"] },
      ],
      claimNames: { username: "preferred_username", groups: "groups", subject: "sub" },
      attempts: memoryLimiters(clock)("demo-login", { burst: 5, interval: 60 }),
      log: { write: (event) => events.push(event) },
      clock,
      passwordCost: { N: 16, r: 1, p: 1 },
      ...options,
    });
  provider = await open();
  return {
    origin,
    folder,
    events,
    async restart() {
      await provider?.close();
      provider = await open();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await provider?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

interface Cookie {
  readonly value: string;
  readonly path: string;
}

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly url: string;
}

/** A minimal browser, with cookies by path, which follows redirects up to `stopAt`. */
export const createBrowser = (stopAt: (url: string) => boolean) => {
  const jar = new Map<string, Cookie>();

  const storeCookie = (header: string, url: string): void => {
    const [pair = "", ...attributes] = header.split(/;\s*/);
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    const attribute = (wanted: string) =>
      attributes.find((text) => text.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const path = attribute("path") ?? new URL(url).pathname;
    const key = `${name} ${path}`;
    const expires = attribute("expires");
    if (expires !== undefined && Date.parse(expires) < Date.now()) jar.delete(key);
    else jar.set(key, { value, path });
  };

  const visit = async (url: string, init: RequestInit = {}): Promise<Page> => {
    const { pathname } = new URL(url);
    const cookie = [...jar]
      .filter(
        ([, { path }]) => pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`),
      )
      .map(([key, { value }]) => `${key.split(" ")[0]}=${value}`)
      .join("; ");
    const headers = { accept: "text/html", ...(cookie === "" ? {} : { cookie }) };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const header of response.headers.getSetCookie()) storeCookie(header, url);
    const text = await response.text();
    const location = response.headers.get("location");
    if (location === null) return { status: response.status, headers: response.headers, text, url };
    const next = new URL(location, url).href;
    if (stopAt(next)) return { status: response.status, headers: response.headers, text, url: next };
    return visit(next);
  };

  return {
    jar,
    visit: (url: string) => visit(url),
    submit: (page: Page, fields: Record<string, string>) => {
      const action = /<form[^>]* action="([^"]*)"/.exec(page.text)?.[1] ?? page.url;
      return visit(new URL(action, page.url).href, { method: "POST", body: new URLSearchParams(fields) });
    },
  };
};

export type Browser = ReturnType<typeof createBrowser>;

export interface Login {
  readonly url: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

/** An authorization request like those of the server and the CLI. */
export const beginLogin = (
  { origin }: { origin: string },
  clientId: string,
  redirectUri: string,
  parameters: Record<string, string> = {},
): Login => {
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "openid profile email offline_access",
    state: "a state",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...parameters,
  });
  return { url: `${origin}/idp/auth?${query}`, verifier, redirectUri };
};

export interface TokenResponse {
  readonly status: number;
  readonly body: Record<string, string>;
}

const requestTokens = async (origin: string, form: Record<string, string>): Promise<TokenResponse> => {
  const response = await fetch(`${origin}/idp/token`, { method: "POST", body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};

const clientParameters = (clientId: string): Record<string, string> =>
  clientId === clients.app.id
    ? { client_id: clientId, client_secret: clients.app.secret }
    : { client_id: clientId };

export const redeem = (
  origin: string,
  clientId: string,
  login: Login,
  landing: string,
): Promise<TokenResponse> =>
  requestTokens(origin, {
    ...clientParameters(clientId),
    grant_type: "authorization_code",
    code: new URL(landing).searchParams.get("code") ?? "",
    code_verifier: login.verifier,
    redirect_uri: login.redirectUri,
  });

export const refresh = (origin: string, clientId: string, token: string): Promise<TokenResponse> =>
  requestTokens(origin, { ...clientParameters(clientId), grant_type: "refresh_token", refresh_token: token });

/** Resolves to the response's status (RFC 7009 section 2.2). */
export const revoke = async (origin: string, clientId: string, token: string): Promise<number> => {
  const body = new URLSearchParams({
    ...clientParameters(clientId),
    token,
    token_type_hint: "refresh_token",
  });
  return (await fetch(`${origin}/idp/token/revocation`, { method: "POST", body })).status;
};
