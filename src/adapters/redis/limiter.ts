import { createHash } from "node:crypto";
import type { OpenLimiter } from "../../ports/driven/system/limiter.ts";
import type { RedisConnection } from "./connection.ts";

/**
 * The generic cell rate algorithm (GCRA). A key expires when its bucket is full again, so its time to live is the
 * whole state, and Redis removes it. Times are in milliseconds.
 */
const attemptScript = `
local interval, capacity = tonumber(ARGV[1]), tonumber(ARGV[2])
local used = math.max(redis.call('PTTL', KEYS[1]), 0)
local wait = used + interval - capacity
if wait > 0 then return wait end
redis.call('SET', KEYS[1], '', 'PX', used + interval)
return 0`;

const refundScript = `
local used = redis.call('PTTL', KEYS[1]) - tonumber(ARGV[1])
if used > 0 then redis.call('PEXPIRE', KEYS[1], used) else redis.call('DEL', KEYS[1]) end
return 0`;

/** Limiters whose counts all instances share. */
export const redisLimiters = (connection: RedisConnection): OpenLimiter => {
  const attempt = connection.script("limitAttempt", attemptScript);
  const refund = connection.script("limitRefund", refundScript);
  return (purpose, rate) => {
    const interval = Math.ceil(rate.interval * 1000);
    const redisKey = (key: string) =>
      `nextstrain.org-limit:${purpose}:${createHash("sha256").update(key).digest("base64url")}`;
    return {
      attempt: async (key) => Number(await attempt(redisKey(key), interval, rate.burst * interval)) / 1000,
      refund: async (key) => void (await refund(redisKey(key), interval)),
      reset: async (key) => {
        await connection.run((redis) => redis.del(redisKey(key)));
      },
    };
  };
};
