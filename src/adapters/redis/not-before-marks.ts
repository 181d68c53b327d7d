import type { Seconds } from "../../domain/brand.ts";
import { StoreDown } from "../../domain/failure.ts";
import type { Username } from "../../domain/identity/user.ts";
import { minStep } from "../../domain/sessions/renewal.ts";
import type { NotBeforeMarks } from "../../ports/driven/sessions/not-before-marks.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { RedisConnection } from "./connection.ts";

export interface StalenessMarksOptions {
  /**
   * How long a mark is kept. It has to outlive every token, and the idle time of sessions too: `volatile-ttl`
   * drops first what ends first, and a session may be lost, but not somebody's loss of rights.
   */
  readonly lifetime: Seconds;
}

const keyOf = (username: Username): string => `userStaleBefore:${username}`;

/** As `laterMark` has it; a record that cannot be read is no mark. */
const markScript = `
local at = ARGV[1]
local old = redis.call('GET', KEYS[1])
if old then
  local read, record = pcall(cjson.decode, old)
  local later = read and type(record) == 'table' and type(record.value) == 'number' and record.value >= tonumber(at)
  if later then at = string.format('%.17g', record.value + tonumber(ARGV[4])) end
end
redis.call('SET', KEYS[1], '{"value":' .. at .. ',"expires":' .. ARGV[2] .. '}', 'PX', ARGV[3])
return 1`;

/** Whoever may be marked is not trusted for a record that cannot be read. */
const parseMark = (record: string): Seconds => {
  try {
    const { value }: { value?: unknown } = JSON.parse(record);
    if (typeof value === "number") return value;
    throw new Error("It holds no number.");
  } catch (cause) {
    throw new StoreDown({ cause: new Error("A not-before mark in Redis cannot be read.", { cause }) });
  }
};

/** Keeps each user's mark under one key, in the form of sessions-and-authentication.md section 11. */
export const redisNotBeforeMarks = (
  connection: RedisConnection,
  clock: Clock,
  { lifetime }: StalenessMarksOptions,
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
