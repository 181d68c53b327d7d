import type { AddressInfo } from "node:net";
import Router from "@koa/router";
import { Redis } from "ioredis";
import Koa from "koa";
import compress from "koa-compress";
import session from "koa-session";

/**
 * What our own server is compared with: a Koa that answers the JSON it is given, without Redis and, at
 * `/redis`, after one GETEX of a record. And, on a port of its own, a Koa with the libraries that ours has, and
 * nothing else: who sends a cookie gets the record read, and a new cookie.
 * Arguments: the answer, the URL of Redis, the key.
 */
// The URL's user is a placeholder.
const [, , answer = "{}", url = "", key = ""] = process.argv;
const value: unknown = JSON.parse(answer);
const redis = new Redis(url.replace("//u:", "//:"), { tls: { rejectUnauthorized: false } });

const app = new Koa();
app.use(async (ctx) => {
  if (ctx.path === "/redis" && (await redis.getex(key, "EX", 3600)) === null) ctx.throw(500);
  ctx.body = value;
});

const withLibraries = new Koa();
withLibraries.use(compress({ br: false, zstd: false }));
const store = {
  get: async () => {
    const record = (await redis.getex(key, "EX", 3600)) ?? "";
    // Without its login, as ours: koa-session looks twice at all that it is given.
    const { login: _, ...values } = JSON.parse(record.slice(record.indexOf("{"))) as Record<string, unknown>;
    return values;
  },
  set: async () => undefined,
  destroy: async () => undefined,
};
withLibraries.use(session({ key: "session", rolling: true, signed: false, store }, withLibraries));
const router = new Router();
router.get("/", (ctx) => {
  ctx.body = value;
});
withLibraries.use(router.routes());

const listen = (one: Koa) => {
  const server = one.listen(0, "127.0.0.1", () => {
    process.stdout.write(`port ${(server.address() as AddressInfo).port}.\n`);
  });
  return server;
};
const first = listen(app);
const servers = [first];
first.once("listening", () => servers.push(listen(withLibraries)));
process.once("SIGTERM", () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  redis.disconnect();
});
