import { createSecretKey } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import Koa from "koa";
import { expect, test } from "vitest";
import type { RequestState } from "../../../src/adapters/http/context.ts";
import { handleErrors } from "../../../src/adapters/http/middleware/error-handler.ts";
import { sessionLayer } from "../../../src/adapters/http/middleware/session-layer.ts";
import { systemRandom } from "../../../src/adapters/system/random.ts";
import { sessions } from "../../../src/app/usecases/sessions/sessions.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import { defaultSite } from "../../../src/domain/site.ts";
import type { SessionStore } from "../../../src/ports/driven/sessions/session-store.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { memorySessionStore } from "../../support/memory/session-store.ts";
import { ask } from "../../support/requests/http.ts";

/** A store that creates sessions and then fails, as on a lost response. */
const silentStore = () => {
  const createdIds: SessionId[] = [];
  const store = memorySessionStore(manualClock());
  const create: SessionStore["create"] = async (id, ...rest) => {
    createdIds.push(id);
    await store.create(id, ...rest);
    throw new StoreDown();
  };
  const registered = { end: async () => 0 };
  const silent = { ...store, create };
  return {
    createdIds,
    sessions: sessions({ store: silent, registered, random: systemRandom(), idleTimeout: 3600 }),
  };
};

test("a session whose creation the store does not confirm is not created twice, and the response is 503", async () => {
  const { createdIds, sessions: silent } = silentStore();
  const log = recordingLog();
  const app = new Koa<RequestState>();
  const cookies = {
    name: "nextstrain.org-session",
    secrets: [createSecretKey("a secret", "utf8")] as const,
    maxAge: 3600,
    secure: false,
    domain: undefined,
  };
  app.use((ctx, next) => {
    ctx.state.signal = new AbortController().signal;
    return next();
  });
  app.use(handleErrors({ log, site: defaultSite }));
  app.use(sessionLayer(app as Koa, silent, cookies));
  app.use(handleErrors({ log, site: defaultSite }));
  app.use(async (ctx) => {
    if (!ctx.session) throw new Error("no session");
    ctx.session["name"] = "somebody";
    await ctx.session.regenerate();
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = await ask(origin, { path: "/", headers: { Accept: "application/json" } });
    expect([answer.status, answer.cookies.join()]).toEqual([503, expect.not.stringContaining("s%3A")]);
    expect(createdIds).toHaveLength(1);
  } finally {
    server.close();
  }
});
