import { setTimeout as delay } from "node:timers/promises";
import type { Seconds } from "../../../src/domain/brand.ts";
import type { Lease, Lock } from "../../../src/ports/driven/sessions/lock.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";

export interface MemoryLease {
  expiresAt: Seconds;
}

export interface MemoryLock extends Lock<string> {
  /** Stops extending leases: those that are held expire, as a killed process's do. */
  close(): Promise<void>;
}

const pollMs = 10;

/** @param leases Shared by all instances. */
export const memoryLock = (
  clock: Clock,
  lease: Seconds = 5,
  leases: Map<string, MemoryLease> = new Map(),
): MemoryLock => {
  const closing = new AbortController();

  const tryAcquire = (name: string): MemoryLease | undefined => {
    const current = leases.get(name);
    if (current !== undefined && current.expiresAt > clock.now()) return undefined;
    const acquired = { expiresAt: clock.now() + lease };
    leases.set(name, acquired);
    return acquired;
  };

  const acquire = async (name: string, timeout: Seconds): Promise<MemoryLease | undefined> => {
    for (const deadline = clock.now() + timeout; ; await delay(pollMs)) {
      const acquired = tryAcquire(name);
      if (acquired !== undefined || clock.now() >= deadline) return acquired;
    }
  };

  return {
    async close() {
      closing.abort();
    },

    async withLock<T>(name: string, timeout: Seconds, work: (lease: Lease) => Promise<T>) {
      const held = await acquire(name, timeout);
      if (held === undefined) return { outcome: "busy" };
      const extendIfHeld = (): void => {
        if (!closing.signal.aborted && leases.get(name) === held) held.expiresAt = clock.now() + lease;
      };
      const extend = async (): Promise<boolean> => {
        extendIfHeld();
        return leases.get(name) === held && held.expiresAt > clock.now();
      };
      const timer = setInterval(extendIfHeld, (lease / 3) * 1000).unref();
      try {
        return { outcome: "done", result: await work({ extend }) };
      } finally {
        clearInterval(timer);
        if (leases.get(name) === held) leases.delete(name);
      }
    },
  };
};
