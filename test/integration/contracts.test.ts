import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RedisOptions } from "../../src/adapters/redis/connection.ts";
import { redisLimiters } from "../../src/adapters/redis/limiter.ts";
import { redisLock } from "../../src/adapters/redis/lock.ts";
import { redisNotBeforeMarks } from "../../src/adapters/redis/not-before-marks.ts";
import { redisReplayCache } from "../../src/adapters/redis/replay-cache.ts";
import { redisSessionRegistry } from "../../src/adapters/redis/session-registry.ts";
import { redisSessionStore } from "../../src/adapters/redis/session-store.ts";
import { systemClock } from "../../src/adapters/system/clock.ts";
import { notBeforeMarksContract } from "../contract/sessions/not-before-marks.contract.ts";
import { renewalLockContract } from "../contract/sessions/renewal-lock.contract.ts";
import { replayCacheContract } from "../contract/sessions/replay-cache.contract.ts";
import { sessionRegistryContract } from "../contract/sessions/session-registry.contract.ts";
import { sessionStoreContract } from "../contract/sessions/session-store.contract.ts";
import { limiterContract } from "../contract/system/limiter.contract.ts";
import type { RedisFeatures } from "../support/containers/stores/redis.ts";
import { startRedis } from "../support/containers/stores/redis.ts";
import { startRedisCluster } from "../support/containers/stores/redis-cluster.ts";
import { manualClock } from "../support/measuring/manual-clock.ts";
import { recordingLog } from "../support/measuring/recording-log.ts";
import { redisHarness } from "../support/sessions/redis-harness.ts";

const lifetime = 1000;
const lease = 0.4;

interface RedisUnderTest {
  readonly options: RedisOptions;
  close(): Promise<void>;
}

const oneServer = (features: RedisFeatures) => async (): Promise<RedisUnderTest> => {
  const { url, certificates, close } = await startRedis({ features });
  return { options: { url, ca: certificates.ca }, close };
};

const cluster = (features: RedisFeatures) => async (): Promise<RedisUnderTest> => {
  const { url, certificates, nodes, close } = await startRedisCluster(features);
  const seeds = nodes.slice(1).map(({ port }) => ({ host: "127.0.0.1", port }));
  return { options: { url, ca: certificates.ca, topology: { kind: "cluster", nodes: seeds } }, close };
};

const sessionStoreIn = async (redis: RedisUnderTest) => {
  const { connect, passSeconds, close } = redisHarness(redis.options);
  const another = async () => redisSessionStore(await connect(), recordingLog());
  return { store: await another(), another, passSeconds, close };
};

const sessionRegistryIn = async (redis: RedisUnderTest) => {
  const { connect, passSeconds, countKeys, close } = redisHarness(redis.options);
  const clock = manualClock();
  const another = async () => redisSessionRegistry(await connect(), clock);
  return {
    registry: await another(),
    another,
    passSeconds: async (seconds: number) => {
      clock.pass(seconds);
      await passSeconds(seconds);
    },
    owners: () => countKeys("nextstrain.org-sessions-of:*"),
    close,
  };
};

const replayCacheIn = async (redis: RedisUnderTest) => {
  const { connect, passSeconds, close } = redisHarness(redis.options);
  const another = async () => redisReplayCache(await connect());
  return { replayCache: await another(), another, passSeconds, close };
};

const notBeforeMarksIn = async (redis: RedisUnderTest) => {
  const { connect, passSeconds, close } = redisHarness(redis.options);
  const another = async () => redisNotBeforeMarks(await connect(), systemClock(), { lifetime });
  return { marks: await another(), lifetime, another, passSeconds, close };
};

const renewalLockIn = async (redis: RedisUnderTest) => {
  const { connect, close } = redisHarness(redis.options);
  const open = async () => {
    const connection = await connect();
    const lock = redisLock(connection, recordingLog(), { prefix: "lock", lease, lifetime });
    return { lock, kill: () => connection.close() };
  };
  return { lease, open, close };
};

const limitersIn = async (redis: RedisUnderTest) => {
  const { connect, passSeconds, countKeys, close } = redisHarness(redis.options);
  const another = async () => redisLimiters(await connect());
  const keys = (purpose: string) => countKeys(`nextstrain.org-limit:${purpose}:*`);
  return { open: await another(), another, passSeconds, keys, close };
};

const servers = {
  redis: oneServer("today"),
  "a Redis of 6.0": oneServer("6.0"),
  "a Redis cluster": cluster("today"),
  "a Redis cluster of 6.0": cluster("6.0"),
};
for (const [adapter, start] of Object.entries(servers)) {
  describe(adapter, () => {
    let redis: RedisUnderTest;
    beforeAll(async () => {
      redis = await start();
    }, 120_000);
    afterAll(() => redis.close());

    sessionStoreContract(adapter, () => sessionStoreIn(redis));
    sessionRegistryContract(adapter, () => sessionRegistryIn(redis));
    replayCacheContract(adapter, () => replayCacheIn(redis));
    notBeforeMarksContract(adapter, () => notBeforeMarksIn(redis));
    renewalLockContract(adapter, () => renewalLockIn(redis));
    limiterContract(adapter, () => limitersIn(redis));

    it("has a limiter whose keys expire when their buckets are full again", async () => {
      const { open, passSeconds, keys, close } = await limitersIn(redis);
      const limiter = open("expiry", { burst: 5, interval: 60 });
      await Promise.all(Array.from({ length: 50 }, (_, key) => limiter.attempt(String(key))));
      expect(await keys("expiry")).toBe(50);
      await passSeconds(60);
      expect(await keys("expiry")).toBe(0);
      await close();
    });
  });
}
