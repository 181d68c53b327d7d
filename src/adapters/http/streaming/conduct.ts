import { LRUCache } from "lru-cache";

/** In bytes, about. */
const maxRemembered = 2_000_000;
/** In milliseconds. */
const remembered = 600_000;

/** What is remembered of callers, by name or address: who takes all of an answer, and who stands still in the middle. */
export interface Conduct {
  tookAll(caller: string): void;
  stoodStill(caller: string): void;
  /** Whether the caller took all of an answer the last time. */
  isKnown(caller: string): boolean;
  /** Whether the caller was ended for standing still the last time. */
  isStill(caller: string): boolean;
}

export const conduct = (): Conduct => {
  const last = new LRUCache<string, "all" | "still">({
    maxSize: maxRemembered,
    sizeCalculation: (_, caller) => 100 + 2 * caller.length,
    ttl: remembered,
  });
  return {
    tookAll: (caller) => void last.set(caller, "all"),
    stoodStill: (caller) => void last.set(caller, "still"),
    isKnown: (caller) => last.get(caller) === "all",
    isStill: (caller) => last.get(caller) === "still",
  };
};
