import type { ReplayCache } from "../../ports/driven/sessions/replay-cache.ts";
import type { RedisConnection } from "./connection.ts";

const keyOf = (id: string): string => `nextstrain.org-logout-notice:${id}`;

/** Stores each id under one key with an expiry. */
export const redisReplayCache = (connection: RedisConnection): ReplayCache => ({
  has: async (id) => (await connection.run((redis) => redis.exists(keyOf(id)))) === 1,

  add: async (id, lifetime) => {
    await connection.run((redis) => redis.set(keyOf(id), "", "PX", Math.ceil(lifetime * 1000)));
  },

  claim: async (id, lifetime) => {
    const milliseconds = Math.ceil(lifetime * 1000);
    return (await connection.run((redis) => redis.set(keyOf(id), "", "PX", milliseconds, "NX"))) === "OK";
  },
});
