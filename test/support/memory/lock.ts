import { setTimeout as delay } from "node:timers/promises";
import type { Seconds } from "../../../src/domain/brand.ts";
import type { Lease, Lock } from "../../../src/ports/driven/sessions/lock.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

export interface MemoryLease {
  ends: Seconds;
}

export interface MemoryLock extends Lock<string> {
  /** Prolongs nothing any more: leases that are held run out, as those of a killed process do. */
  close(): Promise<void>;
}

const pollMs = 10;

/**
 * For tests and for a single process.
 * @param leases Shared by all locks on the same data.
 */
export const memoryLock = (
  clock: Clock,
  lease: Seconds = 5,
  leases: Map<string, MemoryLease> = new Map(),
): MemoryLock => {
  const closing = new AbortController();

  const take = (name: string): MemoryLease | undefined => {
    const present = leases.get(name);
    if (present !== undefined && present.ends > clock.now()) return undefined;
    const taken = { ends: clock.now() + lease };
    leases.set(name, taken);
    return taken;
  };

  const waitAndTake = async (name: string, timeout: Seconds): Promise<MemoryLease | undefined> => {
    for (const deadline = clock.now() + timeout; ; await delay(pollMs)) {
      const taken = take(name);
      if (taken !== undefined || clock.now() >= deadline) return taken;
    }
  };

  return {
    async close() {
      closing.abort();
    },

    async withLock<T>(name: string, timeout: Seconds, work: (lease: Lease) => Promise<T>) {
      const taken = await waitAndTake(name, timeout);
      if (taken === undefined) return { outcome: "busy" };
      const prolong = (): void => {
        if (!closing.signal.aborted && leases.get(name) === taken) taken.ends = clock.now() + lease;
      };
      const extend = async (): Promise<boolean> => {
        prolong();
        return leases.get(name) === taken && taken.ends > clock.now();
      };
      const timer = setInterval(prolong, (lease / 3) * 1000).unref();
      try {
        return { outcome: "done", result: await work({ extend }) };
      } finally {
        clearInterval(timer);
        if (leases.get(name) === taken) leases.delete(name);
      }
    },
  };
};
