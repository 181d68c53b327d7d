import { randomBytes } from "node:crypto";
import type { Seconds } from "../../domain/brand.ts";
import type { Lease, Lock, LockOutcome } from "../../ports/driven/sessions/lock.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import { retryOnConflict } from "../shared/retry-on-conflict.ts";
import type { RedisConnection, Script } from "./connection.ts";

export interface LockOptions {
  /** What keys begin with, before a colon and the lock's name. */
  readonly prefix: string;
  /** How long a hold outlives its holder's death. */
  readonly lease: Seconds;
  /** How long the key is kept: longer than sessions are, see {@link takeScript}. */
  readonly lifetime: Seconds;
}

/**
 * Takes or prolongs a hold. When it ends is written in the value and judged by Redis's own clock: were it the
 * key's expiry, `volatile-ttl` would drop locks before anything else whenever memory is full, and two holders
 * would redeem one refresh token. The last argument says what may be done; the answer, what was.
 */
const takeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local holder, ends = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%d+)$')
local mine = holder == ARGV[1]
local others = holder and not mine and (tonumber(ends) > now or ARGV[4] == 'take what is released')
if others or ARGV[4] == 'prolong' and not mine then return 'refused' end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. string.format('%.0f', now + tonumber(ARGV[2])), 'PX', ARGV[3])
return mine and 'prolonged' or 'taken'`;

/** Only its holder releases a lock: it may be another's by now. */
const releaseScript = `
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, #ARGV[1] + 1) == ARGV[1] .. ' ' then return redis.call('DEL', KEYS[1]) end
return 0`;

const retryLimits = { pauseMs: 40, factor: 1 };

/** A lease for each name. */
export const redisLock = (
  connection: RedisConnection,
  log: Log,
  { prefix, lease, lifetime }: LockOptions,
): Lock<string> => {
  const take: Script = connection.script("takeLock", takeScript);
  const release: Script = connection.script("releaseLock", releaseScript);
  const report = (what: string) => (cause: unknown) => log.write({ event: "background", what, cause });

  const tryTo = (
    what: "take" | "take what is released" | "prolong",
    key: string,
    holder: string,
  ): Promise<unknown> => take(key, holder, Math.ceil(lease * 1000), Math.ceil(lifetime * 1000), what);

  /**
   * While Redis was away nobody could prolong a hold, or store what its holder had got: who comes back first
   * leaves the others a lease's time to come back too.
   */
  const whatIsFree = () => (connection.steadyFor() < lease ? "take what is released" : "take");

  const takeWithin = (key: string, holder: string, timeout: Seconds): Promise<boolean> =>
    retryOnConflict(
      async () => (await tryTo(whatIsFree(), key, holder)) === "taken" || "conflict",
      { ...retryLimits, timeoutMs: timeout * 1000 },
      () => false,
    );

  /** Prolongs the lease until it is stopped. One that Redis lost in a crash is taken again, but is not the same any more. */
  const keepProlonging = (key: string, holder: string) => {
    let isUnbroken = true;
    const timer = setInterval(
      () =>
        void tryTo("take", key, holder).then((done) => {
          if (done !== "prolonged") isUnbroken = false;
        }, report("prolonging a lock")),
      (lease * 1000) / 3,
    );
    return {
      extend: async () => isUnbroken && (await tryTo("prolong", key, holder)) === "prolonged" && isUnbroken,
      stop: () => clearInterval(timer),
    };
  };

  return {
    withLock: async <T>(
      name: string,
      timeout: Seconds,
      work: (lease: Lease) => Promise<T>,
    ): Promise<LockOutcome<T>> => {
      const [key, holder] = [`${prefix}:${name}`, randomBytes(16).toString("base64url")];
      if (!(await takeWithin(key, holder, timeout))) return { outcome: "busy" };
      const { extend, stop } = keepProlonging(key, holder);
      try {
        return { outcome: "done", result: await work({ extend }) };
      } finally {
        stop();
        // The result counts more than the lock, which ends by itself.
        await release(key, holder).catch(report("releasing a lock"));
      }
    },
  };
};
