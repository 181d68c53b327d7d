import { LRUCache } from "lru-cache";
import { unlessAborted } from "../../domain/abortable.ts";
import type { Seconds } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";

/**
 * An entry's TTL is its load time by this factor, so that loading one key takes a tenth of the time at most, and what
 * loads quickly is always fresh.
 */
const ttlFactor = 10;
const maxTtl: Seconds = 2;

/** For a whole load; a store has its own timeouts for each step. */
const loadTimeout: Seconds = 60;

/** Bounds of the cache: approximate bytes, and entries. */
const maxBytes = 16_000_000;
const maxEntries = 1000;

interface Entry<Value> {
  readonly value: Value;
  readonly from: Seconds;
  readonly ttl: Seconds;
}

interface Options<Key, Value> {
  readonly load: (key: Key, signal: AbortSignal) => Promise<Value>;
  readonly bytesOf: (value: Value) => number;
  readonly clock: Clock;
}

/** A cache that coalesces concurrent loads of the same key, and keeps the result for a short TTL. */
export interface CoalescingCache<Key, Value> {
  of(key: Key, signal: AbortSignal): Promise<Value>;
  /** Makes later calls load the key again. */
  invalidate(key: Key): void;
}

export const coalescingCache = <Key extends string, Value>({
  load,
  bytesOf,
  clock,
}: Options<Key, Value>): CoalescingCache<Key, Value> => {
  const cache = new LRUCache<Key, Entry<Value>>({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: ({ value }) => bytesOf(value),
  });
  const inFlight = new Map<Key, Promise<Value>>();
  const fresh = (key: Key): Promise<Value> | undefined => {
    const found = cache.get(key);
    // The absolute value, so that a clock that was set back keeps no entry alive.
    if (found && Math.abs(clock.now() - found.from) < found.ttl) return Promise.resolve(found.value);
    return undefined;
  };
  const loadEntry = async (key: Key): Promise<Entry<Value>> => {
    const began = clock.now();
    // Other callers may share the load, so it outlives the one that started it.
    const value = await load(key, AbortSignal.timeout(loadTimeout * 1000));
    const from = clock.now();
    return { value, from, ttl: Math.min(maxTtl, ttlFactor * Math.max(0, from - began)) };
  };
  const startLoading = (key: Key): Promise<Value> => {
    const loading = loadEntry(key);
    const work = loading.then(({ value }) => value);
    const isCurrent = () => inFlight.get(key) === work;
    inFlight.set(key, work);
    loading
      .then((found) => isCurrent() && cache.set(key, found))
      .catch(() => cache.delete(key))
      .finally(() => isCurrent() && inFlight.delete(key));
    return work;
  };
  return {
    of: (key, signal) => unlessAborted(fresh(key) ?? inFlight.get(key) ?? startLoading(key), signal),
    invalidate: (key) => {
      cache.delete(key);
      inFlight.delete(key);
    },
  };
};
