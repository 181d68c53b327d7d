import type { Seconds } from "../../domain/brand.ts";
import { parseSessionId } from "../../domain/sessions/session.ts";
import type { SessionOwner } from "../../domain/sessions/session-owner.ts";
import type { SessionRegistry } from "../../ports/driven/sessions/session-registry.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { RedisConnection } from "./connection.ts";

const keyOf = (owner: SessionOwner): string => `nextstrain.org-sessions-of:${owner}`;

/** The key lives as long as its last entry; an entry of a shorter life must not cut the others off. */
const addScript = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, last[2] - ARGV[1])))`;

/** Keeps each owner's sessions under one key, in a sorted set whose scores are the entries' ends in milliseconds. */
export const redisSessionRegistry = (connection: RedisConnection, clock: Clock): SessionRegistry => {
  const add = connection.script("addSessionEntry", addScript);
  const inMilliseconds = (seconds: Seconds): number => Math.ceil(seconds * 1000);
  return {
    add: async (owner, id, lifetime) => {
      const now = clock.now();
      await add(keyOf(owner), inMilliseconds(now), inMilliseconds(now + lifetime), id);
    },

    list: async (owner) => {
      const after = `(${inMilliseconds(clock.now())}`;
      const ids = await connection.run((redis) => redis.zrevrangebyscore(keyOf(owner), "+inf", after));
      // What is no id is no session of ours.
      return ids.map(parseSessionId).filter((id) => id !== undefined);
    },

    remove: async (owner, id) => {
      await connection.run((redis) => redis.zrem(keyOf(owner), id));
    },
  };
};
