import { randomBytes } from "node:crypto";
import type { Seconds } from "../../domain/brand.ts";
import type { Lease, Lock, LockOutcome } from "../../ports/driven/sessions/lock.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import { retryOnConflict } from "../shared/retry-on-conflict.ts";
import type { RedisConnection, Script } from "./connection.ts";

export interface LockOptions {
  /** What keys begin with, before a colon and the lock's name. */
  readonly prefix: string;
  /** How long the lock stays taken when its holder is killed. */
  readonly lease: Seconds;
  /** The key's expiry: longer than that of sessions, see {@link acquireScript}. */
  readonly lifetime: Seconds;
}

/**
 * Acquires or extends a lease. Its end is in the value, and is compared with Redis' own clock. As the key's expiry it
 * would make `volatile-ttl` evict locks before anything else when memory is full, and two holders would redeem one
 * refresh token. The last argument is the operation; "acquire released" does not acquire a lock whose lease has
 * expired without a release.
 */
const acquireScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local holder, expires = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%d+)$')
local mine = holder == ARGV[1]
local others = holder and not mine and (tonumber(expires) > now or ARGV[4] == 'acquire released')
if others or ARGV[4] == 'extend' and not mine then return 'busy' end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. string.format('%.0f', now + tonumber(ARGV[2])), 'PX', ARGV[3])
return mine and 'extended' or 'acquired'`;

/** Deletes the lock, unless another holder has it by now. */
const releaseScript = `
local lease = redis.call('GET', KEYS[1])
if lease and string.sub(lease, 1, #ARGV[1] + 1) == ARGV[1] .. ' ' then return redis.call('DEL', KEYS[1]) end
return 0`;

const retryLimits = { pauseMs: 40, factor: 1 };

/** A lock for each name, which is a key with a lease. */
export const redisLock = (
  connection: RedisConnection,
  log: Log,
  { prefix, lease, lifetime }: LockOptions,
): Lock<string> => {
  const acquireOrExtend: Script = connection.script("acquireLock", acquireScript);
  const release: Script = connection.script("releaseLock", releaseScript);
  const report = (what: string) => (cause: unknown) => log.write({ event: "background", what, cause });

  const run = (
    operation: "acquire" | "acquire released" | "extend",
    key: string,
    holder: string,
  ): Promise<unknown> =>
    acquireOrExtend(key, holder, Math.ceil(lease * 1000), Math.ceil(lifetime * 1000), operation);

  /**
   * During an outage of Redis no holder could extend its lease, or store the result of its work. For the time of a
   * lease after a reconnection expired leases are respected, so that their holders can reconnect too.
   */
  const acquireOperation = () => (connection.timeSinceReconnect() < lease ? "acquire released" : "acquire");

  const acquire = (key: string, holder: string, timeout: Seconds): Promise<boolean> =>
    retryOnConflict(
      async () => (await run(acquireOperation(), key, holder)) === "acquired" || "conflict",
      { ...retryLimits, timeoutMs: timeout * 1000 },
      () => false,
    );

  /**
   * Extends the lease until it is stopped. If Redis lost the lease in a crash, it is acquired anew, but counts as
   * expired.
   */
  const keepExtending = (key: string, holder: string) => {
    let isContinuous = true;
    const timer = setInterval(
      () =>
        void run("acquire", key, holder).then((outcome) => {
          if (outcome !== "extended") isContinuous = false;
        }, report("prolonging a lock")),
      (lease * 1000) / 3,
    );
    return {
      extend: async () => isContinuous && (await run("extend", key, holder)) === "extended" && isContinuous,
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
      if (!(await acquire(key, holder, timeout))) return { outcome: "busy" };
      const { extend, stop } = keepExtending(key, holder);
      try {
        return { outcome: "done", result: await work({ extend }) };
      } finally {
        stop();
        // A failure is only logged, since the work is done and the lease expires.
        await release(key, holder).catch(report("releasing a lock"));
      }
    },
  };
};
