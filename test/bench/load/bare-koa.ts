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
 * Baselines for this server: a Koa that responds with the given JSON, without Redis and, at `/redis`, after one GETEX
 * of a record; and, on other ports, a Koa with the same libraries as this server, which reads the record and sets a new
 * cookie for requests with a cookie, and the minimal implementation below.
 * Arguments: the response, the URL of Redis, the key.
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
    // Without the login, as in this server, since koa-session serialises the session twice.
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
 * The minimal implementation of `/whoami` (http-api.md): the headers of every response, a weak entity tag, a line of
 * the log, and a lookup of the Bearer token or the session's record by a keyed hash. It checks neither the token's
 * times nor rights nor the cookie's signature.
 */
const minimal = new Koa();
const headers = {
  "Cache-Control": "private, no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Opener-Policy": "same-origin",
  Vary: "Accept-Encoding, Accept",
};
const secret = "0123456789abcdef0123456789abcdef";
const keyedHash = (text: string): string => hash("sha256", secret + text, "base64");
const cache = new Map<string, unknown>();
let lines = "";
setInterval(() => {
  if (lines !== "") process.stdout.write(lines);
  lines = "";
}, 10).unref();
minimal.use((ctx, next) => {
  const begun = Date.now();
  const { method, path } = ctx;
  for (const [name, content] of Object.entries(headers)) ctx.res.setHeader(name, content);
  ctx.res.on("close", () => {
    const line = { event: "request", id: "AbCdEfGh1234", method, path, status: ctx.status };
    lines += `${JSON.stringify({ time: new Date().toISOString(), ...line, seconds: Date.now() - begun })}\n`;
  });
  return next();
});
minimal.use(compress({ br: false, zstd: false }));
const minimalRouter = new Router();
minimalRouter.get("/", async (ctx) => {
  const cookie = ctx.cookies.get("session");
  const name = keyedHash(
    cookie === undefined ? ctx.get("Authorization") : ((await redis.getex(key, "EX", 3600)) ?? ""),
  );
  if (cookie !== undefined) ctx.cookies.set("session", cookie, { expires: new Date(Date.now() + 3_600_000) });
  if (!cache.has(name)) cache.set(name, value);
  const text = JSON.stringify(cache.get(name));
  ctx.res.setHeader("Link", `<${ctx.path}>; rel="alternate"; type="application/json"`);
  ctx.res.setHeader("ETag", `W/"${hash("sha256", text, "base64url").slice(0, 27)}"`);
  ctx.type = "application/json";
  ctx.body = text;
});
minimal.use(minimalRouter.routes());

const servers: Server[] = [];
for (const koa of [app, withLibraries, minimal]) {
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
