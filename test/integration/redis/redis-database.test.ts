import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectRedis } from "../../../src/adapters/redis/connection.ts";
import { redisSessionStore } from "../../../src/adapters/redis/session-store.ts";
import { NotConfigured, StoreDown } from "../../../src/domain/failure.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import { startRedis } from "../../support/containers/stores/redis.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";

let redis: StartedRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

const open = (database: number) =>
  connectRedis({ url: `${redis.url}/${database}`, ca: redis.certificates.ca }, recordingLog());

const keysIn = async (database: number): Promise<number> =>
  Number((await redis.cli("-n", String(database), "DBSIZE")).trim());

it("A database that Redis does not have stops the start, with REDIS_URL and the number", async () => {
  const error: unknown = await open(99).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotConfigured);
  expect(String(error)).toMatch(/REDIS_URL: .*database 99/);
  expect(String(error)).not.toContain(redis.password);
});

it("Nothing is read or written in another database than the one that was asked for, after a reconnection too", async () => {
  const connection = await open(3);
  const sessions = redisSessionStore(connection, recordingLog());
  const id = randomBytes(24).toString("base64url") as SessionId;
  await sessions.create(id, { count: 1 }, 1000);
  expect([await keysIn(0), await keysIn(3)]).toEqual([0, 1]);
  await redis.cli("ACL", "SETUSER", "default", "-select");
  await redis.cli("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  for (let times = 0; times < 40; times += 1) {
    const other = randomBytes(24).toString("base64url") as SessionId;
    await expect(sessions.create(other, {}, 1000)).rejects.toBeInstanceOf(StoreDown);
    await expect(sessions.load(id, 1000)).rejects.toBeInstanceOf(StoreDown);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await keysIn(0)).toBe(0);
  await redis.cli("ACL", "SETUSER", "default", "+select");
  await expect.poll(() => sessions.load(id, 1000).catch(() => undefined), { timeout: 5000 }).toBeDefined();
  expect([await keysIn(0), await keysIn(3)]).toEqual([0, 1]);
  await connection.close();
});
