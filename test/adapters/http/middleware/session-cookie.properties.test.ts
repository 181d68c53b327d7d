import { createSecretKey } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import fc from "fast-check";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import type { CookieSettings } from "../../../../src/adapters/http/middleware/session-cookie.ts";
import {
  readSessionCookies,
  rollSessionCookie,
  sessionCookieName,
} from "../../../../src/adapters/http/middleware/session-cookie.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";

const app = new Koa();
const contextOf = (cookie?: string): Context => {
  const request = new IncomingMessage(new Socket());
  if (cookie !== undefined) request.headers.cookie = cookie;
  return app.createContext(request, new ServerResponse(request)) as unknown as Context;
};

const settings = (secret: string): CookieSettings => ({
  name: sessionCookieName,
  secrets: [createSecretKey(Buffer.from(secret))],
  maxAge: 60,
  secure: false,
  domain: undefined,
});
const [ours, foreign] = [settings("ours"), settings("another's")];

const id = fc.stringMatching(/^[A-Za-z0-9_-]{32}$/) as fc.Arbitrary<string> as fc.Arbitrary<SessionId>;
const cookieOf = (sessionId: SessionId, cookies: CookieSettings): string => {
  const ctx = contextOf();
  rollSessionCookie(ctx, sessionId, cookies);
  return String(ctx.res.getHeader("Set-Cookie")).split(";", 1)[0] ?? "";
};
const read = (header: string): SessionId[] => [...readSessionCookies(contextOf(header), ours)];

const noise = fc.oneof(
  fc.stringMatching(/^[!-:<-~]{0,12}$/),
  fc.stringMatching(/^[!-:<-~]{0,12}$/).map((value) => `${sessionCookieName}=${value}`),
  id.map((other) => cookieOf(other, foreign)),
);

describe("any session cookie", () => {
  it("is found among any other cookies, and nothing else is", () => {
    fc.assert(
      fc.property(
        id,
        fc.array(noise, { maxLength: 4 }),
        fc.array(noise, { maxLength: 4 }),
        (expected, before, after) => {
          expect(read([...before, cookieOf(expected, ours), ...after].join("; "))).toEqual([expected]);
          expect(read([...before, ...after].join("; "))).toEqual([]);
        },
      ),
    );
  });

  it("is invalid when one character is changed", () => {
    const start = sessionCookieName.length + 1;
    fc.assert(
      fc.property(id, fc.nat(), fc.stringMatching(/^[A-Za-z0-9]$/), (expected, at, letter) => {
        const cookie = cookieOf(expected, ours);
        const index = start + (at % (cookie.length - start));
        const changed = cookie.slice(0, index) + letter + cookie.slice(index + 1);
        fc.pre(decoded(changed) !== decoded(cookie));
        expect(read(changed)).toEqual([]);
      }),
    );
  });
});

/** Compared decoded, since percent-encoding is case-insensitive. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
