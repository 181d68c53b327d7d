import { createSecretKey } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import type { CookieSettings } from "../../../../src/adapters/http/middleware/session-cookie.ts";
import {
  readSessionCookies,
  rollSessionCookie,
  sessionCookieName,
  writeSessionCookie,
} from "../../../../src/adapters/http/middleware/session-cookie.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";

const id = "a-session-id-of-thirty-two-chars" as SessionId;
const secretOf = (text: string) => createSecretKey(Buffer.from(text));
const settings = {
  name: sessionCookieName,
  secrets: [secretOf("new"), secretOf("old")],
  maxAge: 3600,
  secure: false,
  domain: undefined,
} as const;

const readFirst = (ctx: Context, cookies: CookieSettings) => readSessionCookies(ctx, cookies).next().value;

const contextOf = (cookie?: string): Context => {
  const request = new IncomingMessage(new Socket());
  if (cookie !== undefined) request.headers.cookie = cookie;
  const ctx = new Koa().createContext(request, new ServerResponse(request));
  ctx.cookies.secure = true;
  return ctx as unknown as Context;
};

const setCookieOf = (send: typeof writeSessionCookie, cookies: CookieSettings): string => {
  const ctx = contextOf();
  send(ctx, id, cookies);
  return String(ctx.res.getHeader("Set-Cookie"));
};

const pairOf = (setCookie: string): string => setCookie.slice(0, setCookie.indexOf(";"));

describe("the session cookie", () => {
  it.each<[string, CookieSettings]>([
    ["plain", settings],
    ["secure", { ...settings, secure: true }],
    ["of a domain", { ...settings, domain: "example.org" }],
    ["secure and of a domain", { ...settings, secure: true, domain: "example.org" }],
  ])("has the same attributes when it rolls as at the login: %s", (_, cookies) => {
    const attributes = (cookie: string) =>
      cookie
        .replace(/expires=[^;]+/, "expires")
        .split("; ")
        .sort();
    const rolled = setCookieOf(rollSessionCookie, cookies);
    expect(attributes(rolled)).toEqual(attributes(setCookieOf(writeSessionCookie, cookies)));
    const remainingMs = Date.parse(/expires=([^;]+)/.exec(rolled)?.[1] ?? "") - Date.now();
    expect(Math.abs(remainingMs / 1000 - cookies.maxAge)).toBeLessThan(5);
  });

  it("is read in any percent-encoding, and under an old secret", () => {
    const own = pairOf(setCookieOf(rollSessionCookie, settings));
    const plain = decodeURIComponent(own);
    const lower = own.replace(/%../g, (code) => code.toLowerCase());
    const old = pairOf(setCookieOf(rollSessionCookie, { ...settings, secrets: [secretOf("old")] }));
    for (const cookie of [own, plain, lower, old]) expect(readFirst(contextOf(cookie), settings)).toBe(id);
  });

  it("is the first of its name with a valid signature", () => {
    const own = pairOf(setCookieOf(rollSessionCookie, settings));
    const foreign = pairOf(setCookieOf(rollSessionCookie, { ...settings, secrets: [secretOf("another's")] }));
    const garbage = `${sessionCookieName}=garbage`;
    for (const cookies of [
      [garbage, own],
      [foreign, garbage, own, garbage],
      ["a=b", `${sessionCookieName}=""`, own],
    ]) {
      expect(readFirst(contextOf(cookies.join("; ")), settings)).toBe(id);
      expect(readFirst(contextOf(cookies.join(";")), settings)).toBe(id);
    }
    const many = Array.from({ length: 1000 }, () => foreign);
    expect(readFirst(contextOf([...many, own].join("; ")), settings)).toBeUndefined();
    expect(readFirst(contextOf(`x${own}`), settings)).toBeUndefined();
  });

  it("may have another name, and is still read under the default one, after it", () => {
    const renamed = { ...settings, name: "__Host-lab.session", secure: true };
    const own = setCookieOf(rollSessionCookie, renamed);
    expect(own).toMatch(/^__Host-lab\.session=/);
    expect(readFirst(contextOf(pairOf(own)), renamed)).toBe(id);
    const byDefaultName = pairOf(setCookieOf(rollSessionCookie, settings));
    expect(readFirst(contextOf(byDefaultName), renamed)).toBe(id);
    expect(readFirst(contextOf(pairOf(own)), settings)).toBeUndefined();
    expect(readFirst(contextOf(pairOf(own).replace(".", "x")), renamed)).toBeUndefined();
    const other = "b-session-id-of-thirty-two-chars" as SessionId;
    const ctx = contextOf();
    rollSessionCookie(ctx, other, settings);
    const both = `${pairOf(String(ctx.res.getHeader("Set-Cookie")))}; ${pairOf(own)}`;
    expect(readFirst(contextOf(both), renamed)).toBe(id);
  });

  it("is ignored without its signature", () => {
    const own = pairOf(setCookieOf(rollSessionCookie, settings));
    const foreign = pairOf(setCookieOf(rollSessionCookie, { ...settings, secrets: [secretOf("another's")] }));
    const cookies = [
      foreign,
      own.slice(0, -1),
      `${own}x`,
      own.replace(/\..*/, ""),
      own.replace("a-session", "b-session"),
    ];
    for (const cookie of [
      ...cookies,
      `${sessionCookieName}=%`,
      `${sessionCookieName}=`,
      "other=1",
      undefined,
    ]) {
      expect(readFirst(contextOf(cookie), settings)).toBeUndefined();
    }
  });
});
