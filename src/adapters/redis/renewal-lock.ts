import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Seconds } from "../../domain/brand.ts";
import type { SessionId } from "../../domain/session.ts";
import type { Log } from "../../ports/driven/log.ts";
import type { Held, RenewalLock } from "../../ports/driven/renewal-lock.ts";
import type { RedisConnection, Script } from "./connection.ts";

export interface RenewalLockOptions {
  /** How long a hold outlives its holder's death. */
  readonly lease: Seconds;
  /** How long the key is kept: longer than sessions are, see {@link takeScript}. */
  readonly lifetime: Seconds;
}

const keyOf = (id: SessionId): string => `nextstrain.org-session-renewal:${id}`;

/**
 * Takes or prolongs a hold. When it ends is written in the value and judged by Redis's own clock: were it the
 * key's expiry, `volatile-ttl` would drop locks before anything else whenever memory is full, and two holders
 * would redeem one refresh token. The last argument says whether a hold that has ended counts all the same.
 */
const takeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('GET', KEYS[1])
if held then
  local holder, ends = string.match(held, '^(%S+) (%d+)$')
  if holder and holder ~= ARGV[1] and (ARGV[4] == 'ended too' or tonumber(ends) > now) then return 0 end
end
local ends = string.format('%.0f', now + tonumber(ARGV[2]))
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ends, 'PX', ARGV[3])
return 1`;

/** Only its holder releases a lock: it may be another's by now. */
const releaseScript = `
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, #ARGV[1] + 1) == ARGV[1] .. ' ' then return redis.call('DEL', KEYS[1]) end
return 0`;

/** In milliseconds; not the same for all who wait, so that they do not come at once. */
const untilNextTry = () => 40 + Math.random() * 80;

/** A lease for each session. Renewal judges again after it got the lock, so a lost lease costs no login. */
export const redisRenewalLock = (
  connection: RedisConnection,
  log: Log,
  { lease, lifetime }: RenewalLockOptions,
): RenewalLock => {
  const take: Script = connection.script("takeRenewalLock", takeScript);
  const release: Script = connection.script("releaseRenewalLock", releaseScript);
  const report = (what: string) => (cause: unknown) => log.write({ event: "background", what, cause });

  /**
   * While Redis was away nobody could prolong a hold, or store what its holder had got: who comes back first
   * leaves the others a lease's time to come back too.
   */
  const whichCount = () => (connection.steadyFor() < lease ? "ended too" : "unended");

  const tryToTake = async (key: string, holder: string): Promise<boolean> =>
    (await take(key, holder, Math.ceil(lease * 1000), Math.ceil(lifetime * 1000), whichCount())) === 1;

  const takeWithin = async (key: string, holder: string, patience: Seconds): Promise<boolean> => {
    const end = performance.now() + patience * 1000;
    for (;;) {
      if (await tryToTake(key, holder)) return true;
      if (performance.now() >= end) return false;
      await sleep(untilNextTry());
    }
  };

  return {
    hold: async <T>(id: SessionId, patience: Seconds, work: () => Promise<T>): Promise<Held<T>> => {
      const [key, holder] = [keyOf(id), randomBytes(16).toString("base64url")];
      if (!(await takeWithin(key, holder, patience))) return { outcome: "busy" };
      const prolong = () => void tryToTake(key, holder).catch(report("prolonging a renewal lock"));
      const timer = setInterval(prolong, (lease * 1000) / 3);
      try {
        return { outcome: "done", result: await work() };
      } finally {
        clearInterval(timer);
        // The result counts more than the lock, which ends by itself.
        await release(key, holder).catch(report("releasing a renewal lock"));
      }
    },
  };
};
