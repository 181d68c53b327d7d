import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Browser, browser } from "../../support/browser/browser.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { sessionCookie } from "../../support/sessions/sessions.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** Headers of a proxy that terminates TLS. */
const headers = { "X-Forwarded-Proto": "https", Host: "groups.example.org", Accept: "application/json" };
const key = (letter: string) => Buffer.alloc(32, letter).toString("base64url");

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let provider: Awaited<ReturnType<typeof stubProvider>>;
const running: RunningServer[] = [];
beforeAll(async () => {
  [folder, provider] = await Promise.all([temporaryFolder(), stubProvider()]);
});
afterAll(async () => {
  for (const server of running) await server.close();
  await provider.close();
  await folder.remove();
});

/** A server in production mode, with the same stores as the others. */
const inProduction = async (secrets: readonly string[], encryptionKeys = `first=${key("a")}`) => {
  const environment = {
    NODE_ENV: "production",
    GROUPS_STORAGE: "filesystem",
    CONFIG_FILE: "",
    REDIS_REQUIRED: "false",
    SESSION_SECRET: JSON.stringify(
      secrets.map((secret) => `${secret} of 32 characters or more`.padEnd(32, ".")),
    ),
    SESSION_ENCRYPTION_KEYS: encryptionKeys,
  };
  const server = await startServer({ environment, folder: folder.path, provider });
  running.push(server);
  return server;
};

const who = async (server: RunningServer, cookie: string) => {
  const answer = await server.ask({
    path: "/whoami",
    headers: { ...headers, Cookie: `${sessionCookie}=${cookie}` },
  });
  const { user } = answer.json() as { user: { username: string } | null };
  return {
    username: user?.username,
    sent: answer.cookies.find((text) => text.startsWith(sessionCookie)) ?? "",
  };
};

const value = (cookie: string): string => cookie.slice(cookie.indexOf("=") + 1).split(";")[0] ?? "";

const logIn = async (server: RunningServer): Promise<{ visitor: Browser; cookie: string; sent: string }> => {
  const visitor = browser(server);
  const started = await visitor.ask({ path: "/login", headers });
  const query = await provider.logIn(started.headers["location"] ?? "");
  const finished = await visitor.ask({ path: `/logged-in${query}`, headers });
  const sent = finished.cookies.findLast((text) => text.startsWith(`${sessionCookie}=`)) ?? "";
  return { visitor, cookie: visitor.cookies.get(sessionCookie) ?? "", sent };
};

describe("the secret that signs session cookies", () => {
  test("can be rotated: a cookie with an old signature is accepted, and signed again in the response", async () => {
    const old = await logIn(await inProduction(["old secret"]));
    const rotating = await inProduction(["new secret", "old secret"]);
    const result = await who(rotating, old.cookie);
    expect(result.username).toBe("alice");
    expect(value(result.sent)).not.toBe(old.cookie);
    expect(decodeURIComponent(value(result.sent)).slice(0, 35)).toBe(
      decodeURIComponent(old.cookie).slice(0, 35),
    );
    const rotated = await inProduction(["new secret"]);
    expect((await who(rotated, value(result.sent))).username).toBe("alice");
    expect(await who(rotated, old.cookie)).toEqual({ username: undefined, sent: "" });
  });
});

describe("the keys that encrypt tokens", () => {
  test("can be rotated: tokens under an old key are decrypted, and encrypted again", async () => {
    const { cookie } = await logIn(await inProduction(["a secret"], `first=${key("a")}`));
    const rotating = await inProduction(["a secret"], `second=${key("b")}&first=${key("a")}`);
    expect((await who(rotating, cookie)).username).toBe("alice");
    const rotated = await inProduction(["a secret"], `second=${key("b")}`);
    expect((await who(rotated, cookie)).username).toBe("alice");
  });

  test("end sessions whose key has been removed, after which users can log in again", async () => {
    const { visitor, cookie } = await logIn(await inProduction(["a secret"], `first=${key("a")}`));
    const rotated = await inProduction(["a secret"], `third=${key("c")}`);
    expect((await who(rotated, cookie)).username).toBeUndefined();
    const again = browser(rotated);
    for (const [name, text] of visitor.cookies) again.cookies.set(name, text);
    const started = await again.ask({ path: "/login", headers });
    await again.ask({
      path: `/logged-in${await provider.logIn(started.headers["location"] ?? "")}`,
      headers,
    });
    expect((await who(rotated, again.cookies.get(sessionCookie) ?? "")).username).toBe("alice");
  });
});

describe("in production the cookies", () => {
  test("are Secure, and the redirect URI has https", async () => {
    const server = await inProduction(["a secret"]);
    const started = await server.ask({ path: "/login", headers });
    expect(started.headers["location"]).toContain(encodeURIComponent("https://groups.example.org/logged-in"));
    expect(started.cookies.join()).toMatch(/; *secure/i);
    const { sent } = await logIn(server);
    expect(sent).toMatch(/; *secure/i);
    expect(sent).not.toMatch(/domain=/i);
  });
});
