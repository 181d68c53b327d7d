import type { Redis } from "ioredis";
import { Cluster } from "ioredis";
import type { RedisConnection, RedisOptions } from "../../../src/adapters/redis/connection.ts";
import { connectRedis } from "../../../src/adapters/redis/connection.ts";
import type { Seconds } from "../../../src/domain/brand.ts";
import { recordingLog } from "../measuring/recording-log.ts";

/** Connections to one Redis, which are closed together. */
export interface RedisHarness {
  connect(): Promise<RedisConnection>;
  /** Shortens the TTL of every key, as if time had passed. */
  passSeconds(seconds: Seconds): Promise<void>;
  /** The number of keys that match this pattern. */
  countKeys(pattern: string): Promise<number>;
  close(): Promise<void>;
}

/** Shortens the TTL of every key, as if time had passed. */
export const ageKeys = async (node: Redis, milliseconds: number): Promise<void> => {
  for await (const keys of node.scanStream({ count: 1000 }) as AsyncIterable<string[]>) {
    for (const key of keys) {
      const ttl = await node.pttl(key);
      if (ttl > milliseconds) await node.pexpire(key, ttl - milliseconds);
      else if (ttl >= 0) await node.del(key);
    }
  }
};

const mastersOf = (redis: Redis | Cluster): Redis[] =>
  redis instanceof Cluster ? redis.nodes("master") : [redis];

const count = async (node: Redis, pattern: string): Promise<number> => {
  const found = new Set<string>();
  const stream = node.scanStream({ match: pattern, count: 1000 }) as AsyncIterable<string[]>;
  for await (const keys of stream) for (const key of keys) found.add(key);
  return found.size;
};

export const redisHarness = (options: RedisOptions): RedisHarness => {
  const opened: RedisConnection[] = [];
  const connect = async () => {
    const connection = await connectRedis(options, recordingLog());
    opened.push(connection);
    return connection;
  };
  return {
    connect,
    async passSeconds(seconds) {
      const [connection = await connect()] = opened;
      await connection.run(async (redis) => {
        await Promise.all(mastersOf(redis).map((node) => ageKeys(node, seconds * 1000)));
      });
    },
    async countKeys(pattern) {
      const [connection = await connect()] = opened;
      const counts = await connection.run((redis) =>
        Promise.all(mastersOf(redis).map((node) => count(node, pattern))),
      );
      return counts.reduce((sum, keys) => sum + keys, 0);
    },
    async close() {
      await Promise.all(opened.map((connection) => connection.close()));
    },
  };
};
