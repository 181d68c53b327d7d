import { hash } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
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

/**
 * The least that one can do who answers `/whoami` to somebody as it has to be answered (http-api.md): the headers
 * of every answer, a weak tag, a line in the log, and a look at the Bearer token or the session's record, which
 * are found by a keyed hash. Neither the token's times nor anybody's rights are looked at, nor is the cookie's
 * signature.
 */
const dutiful = new Koa();
const headers = {
  "Cache-Control": "private, no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Opener-Policy": "same-origin",
  Vary: "Accept-Encoding, Accept",
};
const secret = "0123456789abcdef0123456789abcdef";
const keyed = (text: string): string => hash("sha256", secret + text, "base64");
const known = new Map<string, unknown>();
let lines = "";
setInterval(() => {
  if (lines !== "") process.stdout.write(lines);
  lines = "";
}, 10).unref();
dutiful.use((ctx, next) => {
  const begun = Date.now();
  const { method, path } = ctx;
  for (const [name, content] of Object.entries(headers)) ctx.res.setHeader(name, content);
  ctx.res.on("close", () => {
    const line = { event: "request", id: "AbCdEfGh1234", method, path, status: ctx.status };
    lines += `${JSON.stringify({ time: new Date().toISOString(), ...line, seconds: Date.now() - begun })}\n`;
  });
  return next();
});
dutiful.use(compress({ br: false, zstd: false }));
const dutifulRouter = new Router();
dutifulRouter.get("/", async (ctx) => {
  const cookie = ctx.cookies.get("session");
  const name = keyed(
    cookie === undefined ? ctx.get("Authorization") : ((await redis.getex(key, "EX", 3600)) ?? ""),
  );
  if (cookie !== undefined) ctx.cookies.set("session", cookie, { expires: new Date(Date.now() + 3_600_000) });
  if (!known.has(name)) known.set(name, value);
  const text = JSON.stringify(known.get(name));
  ctx.res.setHeader("Link", `<${ctx.path}>; rel="alternate"; type="application/json"`);
  ctx.res.setHeader("ETag", `W/"${hash("sha256", text, "base64url").slice(0, 27)}"`);
  ctx.type = "application/json";
  ctx.body = text;
});
dutiful.use(dutifulRouter.routes());

const servers: Server[] = [];
for (const koa of [app, withLibraries, dutiful]) {
  const server = koa.listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
}
process.stdout.write("ready\n");
process.once("SIGTERM", () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  redis.disconnect();
});
