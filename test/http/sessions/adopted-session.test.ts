import { createSecretKey } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import Koa from "koa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RequestState } from "../../../src/adapters/http/context.ts";
import {
  clearSession,
  sessionLayer,
  switchSession,
} from "../../../src/adapters/http/middleware/session-layer.ts";
import { systemRandom } from "../../../src/adapters/system/random.ts";
import { newSessionId, sessions } from "../../../src/app/usecases/sessions/sessions.ts";
import type { SessionCredentials } from "../../../src/domain/identity/caller.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { memorySessionStore } from "../../support/memory/session-store.ts";
import { ask } from "../../support/requests/http.ts";
import { sessionCookie } from "../../support/sessions/sessions.ts";

const idleTimeout = 3600;
const store = memorySessionStore(manualClock());
const random = systemRandom();

/** The session layer's calls of the store. */
const done: string[] = [];
const watched: typeof store = {
  ...store,
  create: (...of) => {
    done.push("create");
    return store.create(...of);
  },
  replace: (...of) => {
    done.push("replace");
    return store.replace(...of);
  },
};
const end = async (ids: readonly SessionId[]): Promise<number> => {
  for (const id of ids) await store.remove(id);
  done.push("end");
  return ids.length;
};

/** Begins a session as a use case does. */
const begin = async (values: Record<string, number>): Promise<SessionCredentials> => {
  const id = newSessionId(random);
  return {
    kind: "session",
    id,
    stored: { session: values, revision: await store.create(id, values, idleTimeout) },
  };
};

let server: Server;
let origin: string;
let newSession: SessionCredentials;
beforeAll(async () => {
  const app = new Koa<RequestState>();
  const cookies = {
    name: sessionCookie,
    secrets: [createSecretKey("a secret", "utf8")] as const,
    maxAge: idleTimeout,
    secure: false,
    domain: undefined,
  };
  app.use(
    sessionLayer(app as Koa, sessions({ store: watched, registered: { end }, random, idleTimeout }), cookies),
  );
  app.use(async (ctx) => {
    if (ctx.path === "/adopt") await switchSession(ctx, newSession);
    if (ctx.path === "/leave") clearSession(ctx);
    if (ctx.path === "/regenerate") await ctx.session?.regenerate();
    ctx.body = String(ctx.session?.["visits"] ?? "none");
  });
  server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

/** A browser with a session that has one value. */
let former: SessionCredentials;
let cookie: string;
const visit = async (path: string, Cookie?: string) => {
  const answer = await ask(origin, { path, headers: Cookie === undefined ? {} : { Cookie } });
  return answer.cookies.map((one) => one.split(";")[0] ?? "");
};
beforeEach(async () => {
  former = await begin({ visits: 3 });
  newSession = former;
  [cookie = ""] = await visit("/adopt");
  newSession = await begin({ visits: 3 });
  done.length = 0;
});

const cookieOf = ({ id }: SessionCredentials) =>
  expect.stringMatching(new RegExp(`^${sessionCookie}=s%3A${id}\\.`));

test("a session that a use case has begun gets one cookie, and is not written again", async () => {
  expect(await visit("/adopt")).toEqual([cookieOf(newSession)]);
  expect(await visit("/adopt", cookie)).toEqual([cookieOf(newSession)]);
  expect(done).toEqual([]);
  expect(await store.peek(newSession.id)).toEqual(newSession.stored);
});

test("the cookie of a session that a use case has ended is cleared", async () => {
  expect(await visit("/leave", cookie)).toEqual([`${sessionCookie}=`]);
  expect(done).toEqual([]);
});

test("a session that a route regenerates has its values and a new id, and the old one ends", async () => {
  const [moved = ""] = await visit("/regenerate", cookie);
  expect(moved).toMatch(/=s%3A/);
  expect(moved).not.toEqual(cookie);
  expect(done).toEqual(["end", "create"]);
  expect(await store.peek(former.id)).toBeUndefined();
  const id = /s%3A(.{32})\./.exec(moved)?.[1] as SessionId;
  expect((await store.peek(id))?.session).toEqual({ visits: 3 });
});
