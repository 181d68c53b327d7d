import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import Koa from "koa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestState } from "../../src/adapters/http/context.ts";
import { sessionLayer } from "../../src/adapters/http/session-layer.ts";
import { memorySessionStore } from "../../src/adapters/memory/session-store.ts";
import { systemRandom } from "../../src/adapters/system/random.ts";
import { sessions } from "../../src/app/usecases/sessions.ts";
import { ask } from "../support/http.ts";
import { manualClock } from "../support/manual-clock.ts";

/** A server that counts visits in the session, as any middleware for Koa would. */
const counter = (): Koa => {
  const app = new Koa<RequestState>();
  const store = memorySessionStore(manualClock());
  const kept = sessions({ store, random: systemRandom(), idle: 3600 });
  const cookies = { secrets: ["a secret"] as const, maxAge: 3600, secure: false, domain: undefined };
  app.use(sessionLayer(app as Koa, kept, cookies));
  app.use((ctx) => {
    if (!ctx.session) throw new Error("no session");
    if (ctx.path === "/count") ctx.session["visits"] = Number(ctx.session["visits"] ?? 0) + 1;
    if (ctx.path === "/end") ctx.session = null;
    ctx.body = String(ctx.session?.["visits"] ?? "none");
  });
  return app as Koa;
};

let server: Server;
let origin: string;
beforeAll(async () => {
  server = counter().listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await once(server, "close");
});

const visit = async (path: string, cookie?: string) => {
  const answer = await ask(origin, { path, headers: cookie === undefined ? {} : { Cookie: cookie } });
  return { text: answer.text, cookie: answer.cookies[0]?.split(";")[0] };
};

describe("a value in a session", () => {
  test("counts up from request to request", async () => {
    const first = await visit("/count");
    expect(first).toEqual({ text: "1", cookie: expect.stringMatching(/^nextstrain\.org-session=s%3A/) });
    for (const text of ["2", "3", "4"]) {
      expect(await visit("/count", first.cookie)).toEqual({ text, cookie: first.cookie });
    }
    expect((await visit("/look", first.cookie)).text).toBe("4");
  });

  test("begins a session only when it is set", async () => {
    expect(await visit("/look")).toEqual({ text: "none", cookie: undefined });
  });

  test("belongs to one session", async () => {
    const [one, other] = [await visit("/count"), await visit("/count")];
    expect(one.cookie).not.toBe(other.cookie);
    expect((await visit("/count", one.cookie)).text).toBe("2");
    expect((await visit("/look", other.cookie)).text).toBe("1");
  });

  test("is gone with its session, and the next one has a new id", async () => {
    const { cookie } = await visit("/count");
    expect((await visit("/end", cookie)).cookie).toBe("nextstrain.org-session=");
    const next = await visit("/count", cookie);
    expect(next.text).toBe("1");
    expect(next.cookie).not.toBe(cookie);
  });
});
