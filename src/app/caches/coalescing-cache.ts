import { LRUCache } from "lru-cache";
import { unlessAborted } from "../../domain/abortable.ts";
import type { Seconds } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";

/**
 * What was asked is known for so many times as long as it took, so that whoever answers is busy with one question for
 * a small part of the time at most, and what is quickly answered is always new.
 */
const ttlFactor = 10;
const maxTtl: Seconds = 2;

/** For a whole answer; a store has its own limits for each step of it. */
const loadTimeout: Seconds = 60;

/** In bytes, about; and in answers. */
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

/** All who ask the same at the same time share one answer, and so do those who ask soon after. */
export interface CoalescingCache<Key, Value> {
  of(key: Key, signal: AbortSignal): Promise<Value>;
  /** Who asks from now on gets a new answer. */
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
    // Without the sign, so that a clock set back shows nothing old.
    if (found && Math.abs(clock.now() - found.from) < found.ttl) return Promise.resolve(found.value);
    return undefined;
  };
  const loadEntry = async (key: Key): Promise<Entry<Value>> => {
    const began = clock.now();
    // Others may wait for it too: it goes on when the one who began it leaves.
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
