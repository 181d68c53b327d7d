import { setTimeout as delay } from "node:timers/promises";
import type { Seconds } from "../../domain/brand.ts";
import type { SessionId } from "../../domain/session.ts";
import type { Clock } from "../../ports/driven/clock.ts";
import type { RenewalHold, RenewalLock } from "../../ports/driven/renewal-lock.ts";

export interface Lease {
  ends: Seconds;
}

export interface MemoryLock extends RenewalLock {
  /** Prolongs nothing any more: leases that are held run out, as those of a killed process do. */
  close(): Promise<void>;
}

const pollMs = 10;

/**
 * For tests and for a single process.
 * @param leases Shared by all locks on the same data.
 */
export const memoryRenewalLock = (
  clock: Clock,
  lease: Seconds = 5,
  leases: Map<SessionId, Lease> = new Map(),
): MemoryLock => {
  const closing = new AbortController();

  const take = (id: SessionId): Lease | undefined => {
    const present = leases.get(id);
    if (present !== undefined && present.ends > clock.now()) return undefined;
    const taken = { ends: clock.now() + lease };
    leases.set(id, taken);
    return taken;
  };

  const waitAndTake = async (id: SessionId, patience: Seconds): Promise<Lease | undefined> => {
    for (const deadline = clock.now() + patience; ; await delay(pollMs)) {
      const taken = take(id);
      if (taken !== undefined || clock.now() >= deadline) return taken;
    }
  };

  return {
    async close() {
      closing.abort();
    },

    async hold<T>(id: SessionId, patience: Seconds, work: (hold: RenewalHold) => Promise<T>) {
      const taken = await waitAndTake(id, patience);
      if (taken === undefined) return { outcome: "busy" };
      const prolong = (): void => {
        if (!closing.signal.aborted && leases.get(id) === taken) taken.ends = clock.now() + lease;
      };
      const confirm = async (): Promise<boolean> => {
        prolong();
        return leases.get(id) === taken && taken.ends > clock.now();
      };
      const timer = setInterval(prolong, (lease / 3) * 1000).unref();
      try {
        return { outcome: "done", result: await work({ confirm }) };
      } finally {
        clearInterval(timer);
        if (leases.get(id) === taken) leases.delete(id);
      }
    },
  };
};
