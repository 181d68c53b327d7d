import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import Koa from "koa";

/**
 * What our own server is compared with: a Koa that answers the JSON it is given, without Redis and, at
 * `/redis`, after one GETEX of a record. Arguments: the answer, the URL of Redis, the key.
 */
// The URL's user is a placeholder.
const [, , answer = "{}", url = "", key = ""] = process.argv;
const value: unknown = JSON.parse(answer);
// As our own connection has it, so that the floor has no handicap.
const redis = new Redis(url.replace("//u:", "//:"), {
  tls: { rejectUnauthorized: false },
  enableAutoPipelining: true,
});

const app = new Koa();
app.use(async (ctx) => {
  if (ctx.path === "/redis" && (await redis.getex(key, "EX", 3600)) === null) ctx.throw(500);
  ctx.body = value;
});

const server = app.listen(0, "127.0.0.1", () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}.\n`);
});
process.once("SIGTERM", () => {
  server.closeAllConnections();
  server.close();
  redis.disconnect();
});
