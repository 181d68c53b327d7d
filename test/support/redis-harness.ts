import type { Redis } from "ioredis";
import { Cluster } from "ioredis";
import type { RedisConnection, RedisOptions } from "../../src/adapters/redis/connection.ts";
import { connectRedis } from "../../src/adapters/redis/connection.ts";
import type { Seconds } from "../../src/domain/brand.ts";
import { recordingLog } from "./recording-log.ts";

/** Connections to one Redis, closed together. */
export interface RedisHarness {
  connect(): Promise<RedisConnection>;
  /** Brings the end of every key nearer, as if time had passed. */
  passSeconds(seconds: Seconds): Promise<void>;
  close(): Promise<void>;
}

const age = async (node: Redis, milliseconds: number): Promise<void> => {
  for await (const keys of node.scanStream({ count: 1000 }) as AsyncIterable<string[]>) {
    for (const key of keys) {
      const left = await node.pttl(key);
      if (left > milliseconds) await node.pexpire(key, left - milliseconds);
      else if (left >= 0) await node.del(key);
    }
  }
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
        const nodes: Redis[] = redis instanceof Cluster ? redis.nodes("master") : [redis];
        await Promise.all(nodes.map((node) => age(node, seconds * 1000)));
      });
    },
    async close() {
      await Promise.all(opened.map((connection) => connection.close()));
    },
  };
};
