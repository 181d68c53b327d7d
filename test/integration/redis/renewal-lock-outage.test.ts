import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectRedis } from "../../../src/adapters/redis/connection.ts";
import { redisLock } from "../../../src/adapters/redis/lock.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { Lease } from "../../../src/ports/driven/sessions/lock.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import { startRedis } from "../../support/containers/stores/redis.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";

let redis: StartedRedis;
beforeAll(async () => {
  // Kept over restarts, as sessions are.
  redis = await startRedis({ settings: ["appendonly yes"] });
});
afterAll(() => redis.close());

const open = async (lease: number) => {
  const connection = await connectRedis({ url: redis.url, ca: redis.certificates.ca }, recordingLog());
  return {
    connection,
    lock: redisLock(connection, recordingLog(), { prefix: "lock", lease, lifetime: 100 }),
  };
};

const id = "s".repeat(32) as SessionId;

it("a lease that could not be extended during an outage of Redis is respected after it", async () => {
  const lease = 1;
  const [holder, other] = [await open(lease), await open(lease)];
  const written = Promise.withResolvers<void>();
  const holding = holder.lock.withLock(id, 0, () => written.promise);
  await redis.stop();
  await delay(lease * 1500);
  await redis.start();
  const answers = async () => {
    const { outcome } = await other.lock.withLock(id, 0, async () => "renewed by another");
    return outcome;
  };
  const firstAnswer = async (): Promise<string> => {
    for (;;) {
      try {
        return await answers();
      } catch (error) {
        if (!(error instanceof StoreDown)) throw error;
        await delay(5);
      }
    }
  };
  expect(await firstAnswer()).toBe("busy");
  // By now the holder has reconnected, and extends it.
  await delay(lease * 1500);
  expect(await answers()).toBe("busy");
  written.resolve();
  expect((await holding).outcome).toBe("done");
  expect(await answers()).toBe("done");
  await Promise.all([holder.connection.close(), other.connection.close()]);
});

it("a lease that Redis has lost is acquired again by its holder, but counts as expired", async () => {
  const lease = 1.5;
  const [holder, other] = [await open(lease), await open(lease)];
  const end = Promise.withResolvers<void>();
  const inside = Promise.withResolvers<Lease>();
  const holding = holder.lock.withLock(id, 0, (lease) => {
    inside.resolve(lease);
    return end.promise;
  });
  const { extend } = await inside.promise;
  expect(await extend()).toBe(true);
  // A crash loses the writes of the last second.
  const client = new Redis(redis.url.replace("//u:", "//:"), { tls: { ca: redis.certificates.ca } });
  await client.flushall();
  await client.quit();
  expect(await extend()).toBe(false);
  await delay(lease * 500);
  expect((await other.lock.withLock(id, 0, async () => 1)).outcome).toBe("busy");
  expect(await extend()).toBe(false);
  end.resolve();
  await holding;
  expect((await other.lock.withLock(id, 0, async () => 1)).outcome).toBe("done");
  await Promise.all([holder.connection.close(), other.connection.close()]);
});
