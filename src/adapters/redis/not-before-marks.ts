import { z } from "zod";
import type { Seconds } from "../../domain/brand.ts";
import { StoreDown } from "../../domain/failure.ts";
import type { Username } from "../../domain/identity/user.ts";
import { minStep } from "../../domain/sessions/renewal.ts";
import type { NotBeforeMarks } from "../../ports/driven/sessions/not-before-marks.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { RedisConnection } from "./connection.ts";

export interface NotBeforeMarksOptions {
  /**
   * A mark's expiry. It has to outlive every token, and the idle timeout of sessions: `volatile-ttl` evicts what
   * expires first, and losing a session does no harm, while losing a mark would give revoked rights back.
   */
  readonly lifetime: Seconds;
}

const keyOf = (username: Username): string => `userStaleBefore:${username}`;

/** The same as `laterMark`; replaces a record that cannot be parsed. */
const markScript = `
local at = ARGV[1]
local old = redis.call('GET', KEYS[1])
if old then
  local ok, record = pcall(cjson.decode, old)
  local isLater = ok and type(record) == 'table' and type(record.value) == 'number' and record.value >= tonumber(at)
  if isLater then at = string.format('%.17g', record.value + tonumber(ARGV[4])) end
end
redis.call('SET', KEYS[1], '{"value":' .. at .. ',"expires":' .. ARGV[2] .. '}', 'PX', ARGV[3])
return 1`;

const markSchema = z.object({ value: z.number() });

/** A record that cannot be parsed may be a mark, so it counts as an outage. */
const parseMark = (record: string): Seconds => {
  try {
    return markSchema.parse(JSON.parse(record)).value;
  } catch (cause) {
    throw new StoreDown({ cause: new Error("A not-before mark in Redis cannot be read.", { cause }) });
  }
};

/** Stores each user's mark under one key, in the format of sessions-and-authentication.md section 11. */
export const redisNotBeforeMarks = (
  connection: RedisConnection,
  clock: Clock,
  { lifetime }: NotBeforeMarksOptions,
): NotBeforeMarks => {
  const mark = connection.script("setNotBefore", markScript);
  return {
    mark: async (username, at) => {
      const expires = Math.ceil((clock.now() + lifetime) * 1000);
      await mark(keyOf(username), at, expires, Math.ceil(lifetime * 1000), minStep);
    },

    now: async () => {
      const [seconds, microseconds] = await connection.run((redis) => redis.time());
      return Number(seconds) + Number(microseconds) / 1e6;
    },

    find: async (username) => {
      const record = await connection.run((redis) => redis.get(keyOf(username)));
      return record === null ? undefined : parseMark(record);
    },
  };
};
