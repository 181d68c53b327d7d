import { LRUCache } from "lru-cache";

interface MemoizeOptions<Value, Source> {
  /** The bound of the cache, in the unit of `sizeOf`. The least recently used values are evicted. */
  readonly maxSize: number;
  readonly sizeOf: (value: Value) => number;
  /** Errors are thrown to all current callers and not cached. `setTtl` makes the value expire, in seconds. */
  readonly compute: (source: Source, setTtl: (seconds: number) => void) => Promise<Value>;
}

/** Runs some work once it is admitted. */
type Admit = <T>(run: () => Promise<T>) => Promise<T>;

/**
 * Memoizes an expensive asynchronous function by a key of its argument. Concurrent calls with the same key share one
 * computation, and only the call that starts it needs admission: nobody queues for a value that is cached or in flight.
 */
export const memoizeAsync = <Value extends object, Source>({
  maxSize,
  sizeOf,
  compute,
}: MemoizeOptions<Value, Source>) => {
  const cache = new LRUCache<string, Value, { readonly source: unknown }>({
    maxSize,
    sizeCalculation: (value) => 200 + sizeOf(value),
    ignoreFetchAbort: true,
    fetchMethod: (_, __, { context: { source }, options }) =>
      compute(source as Source, (seconds) => {
        options.ttl = seconds * 1000;
      }),
  });
  const inFlight = new Set<string>();
  const fetch = async (key: string, source: Source): Promise<Value> => {
    inFlight.add(key);
    try {
      return await cache.forceFetch(key, { context: { source } });
    } finally {
      inFlight.delete(key);
    }
  };
  return (key: string, source: Source, admit: Admit): Promise<Value> =>
    cache.has(key) || inFlight.has(key) ? fetch(key, source) : admit(() => fetch(key, source));
};
