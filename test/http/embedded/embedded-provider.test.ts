import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { StoreDown } from "../../../src/domain/failure.ts";
import {
  beginLogin,
  createBrowser,
  type RunningProvider,
  redeem,
  refresh,
  revoke,
  startProvider,
} from "../../support/server/embedded-provider.ts";

let provider: RunningProvider;
afterEach(async () => {
  vi.restoreAllMocks();
  await provider.close();
});

// biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the answer
const json = async (path: string): Promise<any> => (await fetch(provider.origin + path)).json();

const appRedirect = () => `${provider.origin}/logged-in`;
const cliRedirect = "http://127.0.0.1:49152/";

const browser = () =>
  createBrowser(
    (url) => url.startsWith(appRedirect()) || url.startsWith(cliRedirect) || new URL(url).pathname === "/",
  );

/** Logs in by the form, in a browser of its own unless one is given. */
const logIn = async (clientId: string, username = "alice", visitor = browser()) => {
  const login = beginLogin(provider, clientId, clientId === "app" ? appRedirect() : cliRedirect, {
    nonce: "a nonce",
  });
  const form = await visitor.visit(login.url);
  const landing = await visitor.submit(form, { username, password: "demo" });
  return { login, landing: landing.url, tokens: await redeem(provider.origin, clientId, login, landing.url) };
};

describe("the embedded provider", () => {
  it("describes itself under the host that was asked, always with the same issuer", async () => {
    provider = await startProvider();
    const metadata = await json("/idp/.well-known/openid-configuration");
    expect(metadata).toMatchObject({
      issuer: `${provider.origin}/idp`,
      authorization_endpoint: `${provider.origin}/idp/auth`,
      token_endpoint: `${provider.origin}/idp/token`,
      jwks_uri: `${provider.origin}/idp/jwks`,
      end_session_endpoint: `${provider.origin}/idp/session/end`,
      revocation_endpoint: `${provider.origin}/idp/token/revocation`,
      scopes_supported: ["openid", "profile", "email", "offline_access"],
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
      id_token_signing_alg_values_supported: ["RS256"],
    });
    const other = provider.origin.replace("127.0.0.1", "localhost");
    const seen = await (await fetch(`${other}/idp/.well-known/openid-configuration`)).json();
    expect(seen).toMatchObject({ issuer: `${provider.origin}/idp`, token_endpoint: `${other}/idp/token` });
  });

  for (const clientId of ["app", "cli"]) {
    it(`logs a person in by its form and gives the ${clientId} client all three tokens`, async () => {
      provider = await startProvider();
      const { tokens, landing } = await logIn(clientId);
      expect(new URL(landing).searchParams.get("state")).toBe("a state");
      expect(new URL(landing).searchParams.get("iss")).toBe(`${provider.origin}/idp`);
      expect(tokens.status).toBe(200);
      expect(Object.keys(tokens.body)).toEqual(
        expect.arrayContaining(["id_token", "access_token", "refresh_token"]),
      );
      const keys = createLocalJWKSet(await json("/idp/jwks"));
      const { payload, protectedHeader } = await jwtVerify(tokens.body.id_token ?? "", keys, {
        issuer: `${provider.origin}/idp`,
        audience: clientId,
        algorithms: ["RS256"],
      });
      expect(protectedHeader.kid).toBeDefined();
      expect(payload).toMatchObject({
        sub: "alice",
        preferred_username: "alice",
        groups: ["demo/owners", "demo-private/owners"],
        nonce: "a nonce",
      });
    });
  }

  it("publishes no private part of its keys", async () => {
    provider = await startProvider();
    for (const key of (await json("/idp/jwks")).keys) {
      expect(Object.keys(key).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
    }
  });

  it("takes any port of this machine for the command line, and no other host or path", async () => {
    provider = await startProvider();
    const visitor = browser();
    for (const uri of ["http://127.0.0.1:1024/", "http://localhost:65535/", "http://127.0.0.1/"]) {
      expect((await visitor.visit(beginLogin(provider, "cli", uri).url)).status).toBe(200);
    }
    for (const uri of [
      "http://127.0.0.1:1024/other",
      "http://example.org:1024/",
      "http://127.0.0.1.example.org/",
    ]) {
      const page = await visitor.visit(beginLogin(provider, "cli", uri).url);
      expect(page.status).toBe(400);
      expect(page.text).toContain("redirect_uri");
    }
  });

  it("takes every origin of the server for the app, and no other port", async () => {
    provider = await startProvider();
    const visitor = browser();
    for (const uri of [appRedirect(), "https://localhost:5443/logged-in"]) {
      expect((await visitor.visit(beginLogin(provider, "app", uri).url)).status).toBe(200);
    }
    expect(
      (await visitor.visit(beginLogin(provider, "app", "http://localhost:1/logged-in").url)).status,
    ).toBe(400);
  });

  it("refuses logins without PKCE, by a flow other than code, or with another method", async () => {
    provider = await startProvider();
    const visitor = browser();
    const login = beginLogin(provider, "app", appRedirect());
    const without = new URL(login.url);
    without.searchParams.delete("code_challenge");
    without.searchParams.delete("code_challenge_method");
    const urls = [
      without.href,
      login.url.replace("=S256", "=plain"),
      login.url.replace("response_type=code", "response_type=id_token"),
    ];
    for (const url of urls) {
      const landing = new URL((await visitor.visit(url)).url);
      expect(landing.href).toContain("error=");
      expect(landing.href).not.toContain("code=");
    }
  });

  it("gives a code's tokens only to its client with secret and verifier", async () => {
    provider = await startProvider();
    const { login, landing } = await logIn("app");
    const second = beginLogin(provider, "app", appRedirect());
    const ask = (changes: Record<string, string>) =>
      fetch(`${provider.origin}/idp/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          client_id: "app",
          code: new URL(landing).searchParams.get("code") ?? "",
          redirect_uri: login.redirectUri,
          code_verifier: login.verifier,
          ...changes,
        }),
      });
    expect((await ask({ client_secret: "wrong" })).status).toBe(401);
    expect((await ask({})).status).toBe(401);
    const answer = await ask({ client_secret: "a secret of the app", code_verifier: second.verifier });
    expect(await answer.json()).toMatchObject({ error: "invalid_grant" });
  });

  it("says the same of a wrong password and of an unknown user, and lets both try again", async () => {
    provider = await startProvider();
    const visitor = browser();
    const form = await visitor.visit(beginLogin(provider, "app", appRedirect()).url);
    const wrong = await visitor.submit(form, { username: "alice", password: "guess" });
    const unknown = await visitor.submit(form, { username: "mallory", password: "guess" });
    expect(wrong.status).toBe(422);
    expect(unknown.status).toBe(422);
    expect(wrong.text.replaceAll("alice", "")).toBe(
      unknown.text.replaceAll("mallory", "").replaceAll("alice", ""),
    );
    expect((await visitor.submit(form, { username: "alice", password: "demo" })).url).toContain("code=");
    expect(provider.events).toContainEqual(expect.objectContaining({ event: "sign-in", username: "alice" }));
    expect(JSON.stringify(provider.events)).not.toMatch(/guess|mallory/);
  });

  it("puts what was typed on the page as text", async () => {
    provider = await startProvider();
    const visitor = browser();
    const form = await visitor.visit(beginLogin(provider, "app", appRedirect()).url);
    const page = await visitor.submit(form, { username: `"><script>alert(1)</script>`, password: "x" });
    expect(page.text).not.toContain("<script");
    expect(page.text).toContain("&quot;&gt;&lt;script");
  });

  it("makes guessing slow after some failed attempts", async () => {
    provider = await startProvider();
    const visitor = browser();
    const form = await visitor.visit(beginLogin(provider, "app", appRedirect()).url);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await visitor.submit(form, { username: "alice", password: "guess" });
    }
    const page = await visitor.submit(form, { username: "alice", password: "demo" });
    expect(page.status).toBe(429);
    expect(Number(page.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("lets nobody in, and says so, while the store that counts attempts is away", async () => {
    const away = () => Promise.reject(new StoreDown());
    provider = await startProvider({ attempts: { attempt: away, refund: away, reset: away } });
    const visitor = browser();
    const form = await visitor.visit(beginLogin(provider, "app", appRedirect()).url);
    const page = await visitor.submit(form, { username: "alice", password: "demo" });
    expect(page.status).toBe(503);
    expect(page.text).toContain("Please try again in a moment.");
  });

  it("answers a form that is too long, or none, without breaking the connection", async () => {
    provider = await startProvider();
    const visitor = browser();
    const form = await visitor.visit(beginLogin(provider, "app", appRedirect()).url);
    const long = await visitor.submit(form, { username: "alice", password: "x".repeat(10_000) });
    expect(long.status).toBe(400);
    expect((await visitor.submit(form, { username: "alice" })).status).toBe(400);
  });

  it("protects its pages from frames, caches and scripts, and lets the form lead to the command line", async () => {
    provider = await startProvider();
    const form = await browser().visit(beginLogin(provider, "cli", cliRedirect).url);
    expect(form.text).toMatch(/<input[^>]* name="username"/);
    expect(form.text).toMatch(/<input[^>]* name="password"/);
    expect(form.headers.get("x-frame-options")).toBe("DENY");
    expect(form.headers.get("cache-control")).toBe("no-store");
    const policy = form.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("form-action 'self' http://127.0.0.1:* http://localhost:*");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it("keeps cookies below its own path, from scripts, and fit for http and https on one host", async () => {
    provider = await startProvider();
    const first = await fetch(beginLogin(provider, "app", appRedirect()).url, { redirect: "manual" });
    const visitor = browser();
    await logIn("app", "alice", visitor);
    const cookies = first.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/path=\/idp\//);
      expect(cookie).toMatch(/samesite=lax/i);
      expect(cookie).toMatch(/httponly/i);
      expect(cookie).not.toMatch(/secure/i);
    }
    expect([...visitor.jar.values()].every(({ path }) => path === "/idp" || path.startsWith("/idp/"))).toBe(
      true,
    );
  });

  it("lets a browser that is logged in through, also for the other client", async () => {
    provider = await startProvider();
    const visitor = browser();
    await logIn("app", "alice", visitor);
    for (const [clientId, uri] of [
      ["app", appRedirect()],
      ["cli", cliRedirect],
    ] as const) {
      const login = beginLogin(provider, clientId, uri);
      const landing = await visitor.visit(login.url);
      const { body } = await redeem(provider.origin, clientId, login, landing.url);
      expect(decodeJwt(body.id_token ?? "").preferred_username).toBe("alice");
    }
  });

  it("finishes two logins that were begun at once in two tabs", async () => {
    provider = await startProvider();
    const visitor = browser();
    const logins = [beginLogin(provider, "app", appRedirect()), beginLogin(provider, "app", appRedirect())];
    const forms = [];
    for (const { url } of logins) forms.push(await visitor.visit(url));
    for (const [index, form] of forms.entries()) {
      const landing = await visitor.submit(form, { username: "alice", password: "demo" });
      const login = logins[index];
      if (login === undefined) throw new Error("no such login");
      expect((await redeem(provider.origin, "app", login, landing.url)).status).toBe(200);
    }
  });

  it("asks before it logs out, goes back to the server, and lets another person log in then", async () => {
    provider = await startProvider();
    const visitor = browser();
    const { tokens } = await logIn("app", "alice", visitor);
    const query = new URLSearchParams({
      id_token_hint: tokens.body.id_token ?? "",
      post_logout_redirect_uri: provider.origin,
    });
    const question = await visitor.visit(`${provider.origin}/idp/session/end?${query}`);
    expect(question.text).toContain("<strong>alice</strong>");
    const xsrf = /name="xsrf" value="([^"]*)"/.exec(question.text)?.[1] ?? "";
    const landing = await visitor.submit(question, { xsrf, logout: "yes" });
    expect(landing.url).toBe(`${provider.origin}/`);
    const again = await logIn("app", "bob", visitor);
    expect(decodeJwt(again.tokens.body.id_token ?? "").preferred_username).toBe("bob");
  });

  it("leads back at once from the logout of a browser that is not logged in", async () => {
    provider = await startProvider();
    const { tokens } = await logIn("app");
    const query = new URLSearchParams({
      id_token_hint: tokens.body.id_token ?? "",
      post_logout_redirect_uri: provider.origin,
      state: "a state",
    });
    const address = `${provider.origin}/idp/session/end`;
    expect((await browser().visit(`${address}?${query}`)).url).toBe(`${provider.origin}/?state=a+state`);
    for (const page of [
      await browser().visit(address),
      await browser().visit(`${address}?post_logout_redirect_uri=https://elsewhere.example`),
    ]) {
      expect([page.status, page.url.startsWith(address)]).toEqual([200, true]);
      expect(page.text).toContain("You are logged out");
      expect(page.text).not.toContain("<script");
      expect(page.headers.get("content-security-policy")).not.toMatch(/script-src[^;]*sha256/);
    }
  });

  it("does not log out on another site's word", async () => {
    provider = await startProvider();
    const visitor = browser();
    await logIn("app", "alice", visitor);
    const question = await visitor.visit(`${provider.origin}/idp/session/end`);
    expect((await visitor.submit(question, { xsrf: "guessed", logout: "yes" })).status).toBe(400);
    expect((await visitor.visit(beginLogin(provider, "app", appRedirect()).url)).url).toContain("code=");
  });

  it("starts without a word on the console", async () => {
    const said = [vi.spyOn(console, "warn"), vi.spyOn(console, "info"), vi.spyOn(console, "log")];
    provider = await startProvider();
    await logIn("app");
    for (const spy of said) expect(spy).not.toHaveBeenCalled();
    expect(provider.events).toEqual([]);
  });

  it("keeps everything below its folder for its owner only", async () => {
    provider = await startProvider();
    await logIn("app");
    const entries = await readdir(provider.folder, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isFile()).length).toBeGreaterThan(6);
    for (const entry of entries) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect(mode & 0o777).toBe(entry.isFile() ? 0o600 : 0o700);
    }
  });

  it("answers a form of a login that is over with a page that says so", async () => {
    provider = await startProvider();
    const page = await browser().visit(`${provider.origin}/idp/interaction/unknown`);
    expect(page.status).toBe(400);
    expect(page.text).toContain("This login is over");
    expect((await browser().visit(`${provider.origin}/idp/nothing`)).status).toBe(404);
  });
});

describe("the embedded provider's refresh tokens", () => {
  it("are replaced at each use, and the id token still says who it is", async () => {
    provider = await startProvider();
    for (const clientId of ["app", "cli"]) {
      const { tokens } = await logIn(clientId);
      const first = await refresh(provider.origin, clientId, tokens.body.refresh_token ?? "");
      expect(first.status).toBe(200);
      expect(first.body.refresh_token).not.toBe(tokens.body.refresh_token);
      expect(decodeJwt(first.body.id_token ?? "")).toMatchObject({
        sub: "alice",
        preferred_username: "alice",
        groups: ["demo/owners", "demo-private/owners"],
      });
      expect((await refresh(provider.origin, clientId, first.body.refresh_token ?? "")).status).toBe(200);
    }
  });

  it("end their login, and no other, when one is used twice", async () => {
    provider = await startProvider();
    const visitor = browser();
    const stolen = await logIn("app", "alice", visitor);
    const other = beginLogin(provider, "app", appRedirect());
    const kept = await redeem(provider.origin, "app", other, (await visitor.visit(other.url)).url);
    const token = stolen.tokens.body.refresh_token ?? "";
    const { body } = await refresh(provider.origin, "app", token);
    expect((await refresh(provider.origin, "app", token)).body.error).toBe("invalid_grant");
    expect((await refresh(provider.origin, "app", body.refresh_token ?? "")).body.error).toBe(
      "invalid_grant",
    );
    expect((await refresh(provider.origin, "app", kept.body.refresh_token ?? "")).status).toBe(200);
  });

  it("are worth something to one of many who use the same one at once", async () => {
    provider = await startProvider();
    const { tokens } = await logIn("app");
    const token = tokens.body.refresh_token ?? "";
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => refresh(provider.origin, "app", token)),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    for (const { status, body } of answers) {
      if (status !== 200) expect(body.error).toBe("invalid_grant");
    }
  });

  it("are worth nothing once their client has revoked one, which no other client can", async () => {
    provider = await startProvider();
    for (const [clientId, other] of [
      ["app", "cli"],
      ["cli", "app"],
    ] as const) {
      const { tokens } = await logIn(clientId);
      const kept = await logIn(clientId);
      const token = tokens.body.refresh_token ?? "";
      expect(await revoke(provider.origin, other, token)).toBe(200);
      const { body, status } = await refresh(provider.origin, clientId, token);
      expect(status).toBe(200);
      expect(await revoke(provider.origin, clientId, body.refresh_token ?? "")).toBe(200);
      const again = await refresh(provider.origin, clientId, body.refresh_token ?? "");
      expect(again.body.error).toBe("invalid_grant");
      expect((await refresh(provider.origin, clientId, kept.tokens.body.refresh_token ?? "")).status).toBe(
        200,
      );
      expect(await revoke(provider.origin, clientId, "never given out")).toBe(200);
    }
  });

  it("belong to one client", async () => {
    provider = await startProvider();
    const { tokens } = await logIn("app");
    const { body } = await refresh(provider.origin, "cli", tokens.body.refresh_token ?? "");
    expect(body.error).toBe("invalid_grant");
  });

  it("outlive a restart and a logout of the browser, with the same signing keys", async () => {
    provider = await startProvider();
    const visitor = browser();
    const { tokens } = await logIn("cli", "alice", visitor);
    const keys = await json("/idp/jwks");
    const question = await visitor.visit(`${provider.origin}/idp/session/end`);
    const xsrf = /name="xsrf" value="([^"]*)"/.exec(question.text)?.[1] ?? "";
    expect((await visitor.submit(question, { xsrf, logout: "yes" })).text).toContain("You are logged out");
    await provider.restart();
    expect(await json("/idp/jwks")).toEqual(keys);
    expect((await refresh(provider.origin, "cli", tokens.body.refresh_token ?? "")).status).toBe(200);
  });

  it("come with id tokens that live as long as they were told to", async () => {
    provider = await startProvider({ lifetimes: { idToken: 5 } });
    const { exp, iat } = decodeJwt((await logIn("app")).tokens.body.id_token ?? "");
    expect((exp ?? 0) - (iat ?? 0)).toBe(5);
  });
});

describe("a browser's login at the embedded provider", () => {
  it("outlives a restart", async () => {
    provider = await startProvider();
    const visitor = browser();
    await logIn("app", "alice", visitor);
    await provider.restart();
    expect((await visitor.visit(beginLogin(provider, "app", appRedirect()).url)).url).toContain("code=");
  });
});
