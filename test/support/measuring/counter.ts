import { createSecretKey } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import Koa from "koa";
import type { RequestState } from "../../../src/adapters/http/context.ts";
import { sessionLayer } from "../../../src/adapters/http/middleware/session-layer.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import { systemRandom } from "../../../src/adapters/system/random.ts";
import { findSessions } from "../../../src/app/usecases/identity/find-sessions.ts";
import { registeredSessions } from "../../../src/app/usecases/sessions/registered-sessions.ts";
import { sessions } from "../../../src/app/usecases/sessions/sessions.ts";
import type { SessionStore } from "../../../src/ports/driven/sessions/session-store.ts";
import { memorySessionRegistry } from "../memory/session-registry.ts";
import { ask } from "../requests/http.ts";
import { recordingLog } from "./recording-log.ts";

export interface Visit {
  readonly text: string;
  /** The session cookie that was set, without its attributes. Undefined: none was. */
  readonly cookie: string | undefined;
}

/** A Koa server with our session middleware, which counts visits in the session: `/count`, `/look`, `/end`. */
export interface Counter {
  visit(path: string, cookie?: string): Promise<Visit>;
  close(): Promise<void>;
}

const counter = (store: SessionStore): Koa => {
  const app = new Koa<RequestState>();
  const clock = systemClock();
  const log = recordingLog();
  const registry = memorySessionRegistry(clock);
  const registered = registeredSessions({
    sessions: store,
    registry,
    clock,
    log,
    idleTimeout: 3600,
    tokens: { open: () => undefined },
    find: findSessions({ sessions: store, registry }),
    revoke: () => undefined,
  });
  const useCase = sessions({ store, registered, random: systemRandom(), idleTimeout: 3600 });
  const cookies = {
    name: "nextstrain.org-session",
    secrets: [createSecretKey(Buffer.from("a secret"))] as const,
    maxAge: 3600,
    secure: false,
    domain: undefined,
  };
  app.use(sessionLayer(app as Koa, useCase, cookies));
  app.use((ctx) => {
    if (!ctx.session) throw new Error("no session");
    if (ctx.path === "/count") ctx.session["visits"] = Number(ctx.session["visits"] ?? 0) + 1;
    if (ctx.path === "/end") ctx.session = null;
    ctx.body = String(ctx.session?.["visits"] ?? "none");
  });
  return app as Koa;
};

export const startCounter = async (store: SessionStore): Promise<Counter> => {
  const server = counter(store).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    visit: async (path, cookie) => {
      const answer = await ask(origin, { path, headers: cookie === undefined ? {} : { Cookie: cookie } });
      return { text: answer.text, cookie: answer.cookies[0]?.split(";")[0] };
    },
    close: async () => {
      server.close();
      await once(server, "close");
    },
  };
};
