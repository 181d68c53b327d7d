import type { Seconds } from "../../domain/brand.ts";
import { parseSessionId } from "../../domain/sessions/session.ts";
import type { SessionOwner } from "../../domain/sessions/session-owner.ts";
import type { SessionRegistry } from "../../ports/driven/sessions/session-registry.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { RedisConnection } from "./connection.ts";

const keyOf = (owner: SessionOwner): string => `nextstrain.org-sessions-of:${owner}`;

/** The key expires with its last entry, also when the added one expires earlier. */
const addScript = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, last[2] - ARGV[1])))`;

/** Stores each owner's sessions in a sorted set, scored by the time in milliseconds at which the entry expires. */
export const redisSessionRegistry = (connection: RedisConnection, clock: Clock): SessionRegistry => {
  const add = connection.script("addSessionEntry", addScript);
  const toMilliseconds = (seconds: Seconds): number => Math.ceil(seconds * 1000);
  return {
    add: async (owner, id, lifetime) => {
      const now = clock.now();
      await add(keyOf(owner), toMilliseconds(now), toMilliseconds(now + lifetime), id);
    },

    list: async (owner) => {
      const afterNow = `(${toMilliseconds(clock.now())}`;
      const ids = await connection.run((redis) => redis.zrevrangebyscore(keyOf(owner), "+inf", afterNow));
      // Members that are not session ids come from another program.
      return ids.map(parseSessionId).filter((id) => id !== undefined);
    },

    remove: async (owner, id) => {
      await connection.run((redis) => redis.zrem(keyOf(owner), id));
    },
  };
};
