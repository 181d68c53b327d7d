import { LRUCache } from "lru-cache";

/** The approximate size of the cache, in bytes. */
const maxCacheBytes = 2_000_000;
const ttlMs = 600_000;

/** How each caller's last download ended, for some minutes; a caller is a user or an address. */
export interface ClientHistory {
  recordCompleted(caller: string): void;
  recordStalled(caller: string): void;
  /** Whether the caller received the whole response. */
  hasCompleted(caller: string): boolean;
  /** Whether the caller's transfer was ended because it had stalled. */
  hasStalled(caller: string): boolean;
}

export const clientHistory = (): ClientHistory => {
  const outcomes = new LRUCache<string, "completed" | "stalled">({
    maxSize: maxCacheBytes,
    sizeCalculation: (_, caller) => 100 + 2 * caller.length,
    ttl: ttlMs,
  });
  return {
    recordCompleted: (caller) => void outcomes.set(caller, "completed"),
    recordStalled: (caller) => void outcomes.set(caller, "stalled"),
    hasCompleted: (caller) => outcomes.get(caller) === "completed",
    hasStalled: (caller) => outcomes.get(caller) === "stalled",
  };
};
