import { setTimeout as delay } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { Seconds } from "../../domain/brand.ts";
import { ProviderDown } from "../../domain/failure.ts";
import type { Caller } from "../../domain/identity/caller.ts";
import type { SessionId } from "../../domain/sessions/session.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { Renewals } from "../usecases/identity/identify-caller.ts";
import type { RenewTokens } from "../usecases/sessions/renew-tokens.ts";

interface Deps {
  readonly renew: RenewTokens;
  readonly clock: Clock;
  readonly log: Log;
  /** How long one request waits for a renewal. */
  readonly timeout: Seconds;
}

/** How long a session does not retry a failed renewal. */
const pause: Seconds = 1;
const maxFailures = 10_000;

/** Concurrent renewals ahead of expiry; beyond them a token is renewed when it has expired. */
const maxAhead = 200;

/** All concurrent renewals, which bounds the connections to a provider that takes a minute for each. */
const maxRunning = 2000;

/** A renewal that has run for longer may miss a change of rights, so a later request starts another one after it. */
const recent: Seconds = 1;

interface Running {
  readonly startedAt: Seconds;
  readonly done: Promise<Caller>;
}

interface Failed {
  readonly until: Seconds;
  readonly error: unknown;
}

/**
 * The renewals of this process. All requests of a session share one, which goes on when their clients disconnect. A
 * lock does the same between instances.
 */
export const renewals = (d: Deps): Renewals & { close(): Promise<void> } => {
  const running = new Map<SessionId, Running>();
  const failures = new LRUCache<SessionId, Failed>({ max: maxFailures });

  const start = (id: SessionId): Promise<Caller> => {
    if (running.size >= maxRunning)
      throw new ProviderDown({ cause: new Error("too many renewals wait for it") });
    const done = d.renew(id).finally(() => running.delete(id));
    done.catch((error: unknown) => failures.set(id, { until: d.clock.now() + pause, error }));
    running.set(id, { startedAt: d.clock.now(), done });
    return done;
  };

  const isPaused = (id: SessionId): Failed | undefined => {
    const failed = failures.get(id);
    return failed && failed.until > d.clock.now() ? failed : undefined;
  };

  return {
    now: async (id) => {
      const inFlight = running.get(id);
      const failed = inFlight ? undefined : isPaused(id);
      if (failed) throw failed.error;
      if (!inFlight) return withTimeout(d.timeout, start(id));
      const isRecent = d.clock.now() < inFlight.startedAt + recent;
      return withTimeout(
        d.timeout,
        isRecent ? inFlight.done : inFlight.done.then(() => running.get(id)?.done ?? start(id)),
      );
    },
    ahead: (id) => {
      if (running.has(id) || isPaused(id) || running.size >= maxAhead) return;
      // The token is still valid, no request waits for this renewal, and a later one retries it.
      start(id).catch((cause: unknown) => {
        d.log.write({ event: "background", what: "renewing a session's tokens ahead", cause });
      });
    },
    close: async () => {
      await Promise.allSettled(Array.from(running.values(), ({ done }) => done));
    },
  };
};

/** Rejects with ProviderDown when the renewal takes longer than `timeout`. */
const withTimeout = async (timeout: Seconds, renewal: Promise<Caller>): Promise<Caller> => {
  const over = new AbortController();
  const tooLong = delay(timeout * 1000, undefined, { signal: over.signal }).then(() => {
    throw new ProviderDown({ cause: new Error("the renewal takes too long") });
  });
  tooLong.catch(() => undefined);
  try {
    return await Promise.race([renewal, tooLong]);
  } finally {
    over.abort();
  }
};
