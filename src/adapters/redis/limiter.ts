import { createHash } from "node:crypto";
import type { OpenLimiter } from "../../ports/driven/system/limiter.ts";
import type { RedisConnection } from "./connection.ts";

/**
 * The generic cell rate algorithm. A key lives until as many attempts as ever may be made again, so that its
 * remaining time is all that has to be known, and Redis forgets it by itself. Times are in milliseconds.
 */
const attemptScript = `
local interval, longest = tonumber(ARGV[1]), tonumber(ARGV[2])
local debt = math.max(redis.call('PTTL', KEYS[1]), 0)
local wait = debt + interval - longest
if wait > 0 then return wait end
redis.call('SET', KEYS[1], '', 'PX', debt + interval)
return 0`;

/** Counts attempts for all instances together. */
export const redisLimiters = (connection: RedisConnection): OpenLimiter => {
  const attempt = connection.script("limitAttempt", attemptScript);
  return (purpose, rate) => {
    const interval = Math.ceil(rate.interval * 1000);
    const nameOf = (key: string) =>
      `nextstrain.org-limit:${purpose}:${createHash("sha256").update(key).digest("base64url")}`;
    return {
      attempt: async (key) => Number(await attempt(nameOf(key), interval, rate.burst * interval)) / 1000,
      reset: async (key) => {
        await connection.run((redis) => redis.del(nameOf(key)));
      },
    };
  };
};
