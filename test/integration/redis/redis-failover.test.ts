import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { Cluster } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RedisConnection } from "../../../src/adapters/redis/connection.ts";
import { connectRedis } from "../../../src/adapters/redis/connection.ts";
import { redisSessionStore } from "../../../src/adapters/redis/session-store.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import { startRedisCluster } from "../../support/containers/stores/redis-cluster.ts";
import { startRedisSentinel } from "../../support/containers/stores/redis-sentinel.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";

const idle = 1000;
const newId = () => randomBytes(24).toString("base64url") as SessionId;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const nodesOf = (redis: Redis | Cluster): Redis[] =>
  redis instanceof Cluster ? redis.nodes("master") : [redis];

/** Whether every master's replica has all that this connection wrote. */
const isReplicated = async (connection: RedisConnection): Promise<boolean> => {
  const acknowledged = await connection.run((redis) =>
    Promise.all(nodesOf(redis).map((node) => node.wait(1, 200))),
  );
  return acknowledged.every((replicas) => replicas >= 1);
};

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const end = performance.now() + 40_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error("It did not come to pass in 40 s.");
    await pause(200);
  }
};

/** Creates sessions all the time, as a server under traffic does. */
const startTraffic = (connection: RedisConnection) => {
  const sessions = redisSessionStore(connection, recordingLog());
  const acknowledged: SessionId[] = [];
  const gaps: number[] = [];
  let lastSuccess = performance.now();
  let slowest = 0;
  let unexpected: unknown;
  let going = true;
  const batch = async () => {
    const began = performance.now();
    try {
      const ids = Array.from({ length: 10 }, newId);
      await Promise.all(ids.map((id) => sessions.create(id, { text: "of the traffic" }, idle)));
      if (await isReplicated(connection)) acknowledged.push(...ids);
      const now = performance.now();
      gaps.push(now - lastSuccess);
      lastSuccess = now;
    } catch (error) {
      slowest = Math.max(slowest, performance.now() - began);
      if (!(error instanceof StoreDown)) unexpected = error;
    }
    await pause(20);
  };
  const running = (async () => {
    while (going) await batch();
  })();
  return {
    acknowledged,
    longestGap: () => Math.max(...gaps) / 1000,
    slowestFailure: () => slowest / 1000,
    batches: () => gaps.length,
    unexpected: () => unexpected,
    async stop() {
      going = false;
      await running;
    },
  };
};

/** Lets traffic run, does harm, and waits until it runs again. */
const harm = async (connection: RedisConnection, harmful: () => Promise<void>) => {
  await until(() => isReplicated(connection));
  const traffic = startTraffic(connection);
  await until(async () => traffic.acknowledged.length >= 50);
  await harmful();
  await pause(1500);
  const end = performance.now() + 30_000;
  const seen = traffic.batches();
  while (traffic.batches() < seen + 5 && performance.now() < end) await pause(50);
  await traffic.stop();
  return traffic;
};

const expectNothingLost = async (connection: RedisConnection, traffic: ReturnType<typeof startTraffic>) => {
  expect(traffic.unexpected()).toBeUndefined();
  expect(traffic.slowestFailure()).toBeLessThan(2);
  expect(traffic.longestGap()).toBeGreaterThan(0.5);
  expect(traffic.longestGap()).toBeLessThan(15);
  const sessions = redisSessionStore(connection, recordingLog());
  expect(traffic.acknowledged.length).toBeGreaterThan(20);
  for (const id of traffic.acknowledged) expect(await sessions.load(id, idle)).toBeDefined();
};

const roleOf = async (node: StartedRedis) => /role:(\w+)/.exec(await node.cli("INFO", "replication"))?.[1];

describe.each([
  ["Redis", "today"],
  ["a Redis of 6.0", "6.0"],
] as const)("%s with Sentinel", (_, features) => {
  let redis: Awaited<ReturnType<typeof startRedisSentinel>>;
  let connection: RedisConnection;
  beforeAll(async () => {
    redis = await startRedisSentinel(features);
    const { masterName, sentinels, sentinelPassword } = redis;
    const topology = { kind: "sentinel" as const, master: masterName, sentinels, sentinelPassword };
    connection = await connectRedis({ url: redis.url, ca: redis.certificates.ca, topology }, recordingLog());
  });
  afterAll(async () => {
    await connection.close();
    await redis.close();
  });

  it("goes on by itself after its master froze, and then after the new one was killed", async () => {
    const [first, second] = redis.nodes;
    if (first === undefined || second === undefined) return expect.unreachable();
    const frozen = await harm(connection, () => first.pause());
    await expectNothingLost(connection, frozen);
    expect(await roleOf(second)).toBe("master");

    await first.unpause();
    await until(async () => (await second.cli("INFO", "replication")).includes("state=online"));
    const killed = await harm(connection, () => second.signal("SIGKILL"));
    await expectNothingLost(connection, killed);
    expect(await roleOf(first)).toBe("master");
  });
});

describe.each([
  ["a Redis cluster", "today"],
  ["a Redis cluster of 6.0", "6.0"],
] as const)("%s", (_, features) => {
  let redis: Awaited<ReturnType<typeof startRedisCluster>>;
  let connection: RedisConnection;
  beforeAll(async () => {
    redis = await startRedisCluster(features);
    const nodes = redis.nodes.slice(1).map(({ port }) => ({ host: "127.0.0.1", port }));
    const topology = { kind: "cluster" as const, nodes };
    connection = await connectRedis({ url: redis.url, ca: redis.certificates.ca, topology }, recordingLog());
  });
  afterAll(async () => {
    await connection.close();
    await redis.close();
  });

  it.each([
    ["froze", 0],
    ["was killed", 1],
  ])("goes on by itself after a master %s", async (what, index) => {
    const node = redis.nodes[index];
    if (node === undefined) return expect.unreachable();
    const traffic = await harm(connection, () => (what === "froze" ? node.pause() : node.signal("SIGKILL")));
    await expectNothingLost(connection, traffic);
    if (what === "froze") {
      await node.unpause();
      await until(async () => (await roleOf(node)) === "slave");
    }
  });
});
