import { LRUCache } from "lru-cache";

interface Making<Made, Source> {
  readonly maxSize: number;
  readonly sizeOf: (made: Made) => number;
  /** What it throws is told to all who wait, and not remembered. `lasts`: what was made is to be made anew after so many seconds. */
  readonly make: (source: Source, lasts: (seconds: number) => void) => Promise<Made>;
}

/** Runs some work when there is a place for it. */
type Admit = <T>(run: () => Promise<T>) => Promise<T>;

/**
 * Makes what costs much once for all who ask for it, and remembers it. Only who begins the making needs a place:
 * nobody waits behind others for what is known, or is being made.
 */
export const madeOnce = <Made extends object, Source>({ maxSize, sizeOf, make }: Making<Made, Source>) => {
  const known = new LRUCache<string, Made, { readonly source: unknown }>({
    maxSize,
    sizeCalculation: (made) => 200 + sizeOf(made),
    ignoreFetchAbort: true,
    fetchMethod: (_, __, { context: { source }, options }) =>
      make(source as Source, (seconds) => {
        options.ttl = seconds * 1000;
      }),
  });
  const underWay = new Set<string>();
  const fetch = async (key: string, source: Source): Promise<Made> => {
    underWay.add(key);
    try {
      return await known.forceFetch(key, { context: { source } });
    } finally {
      underWay.delete(key);
    }
  };
  return {
    of: (key: string, source: Source, admit: Admit): Promise<Made> =>
      known.has(key) || underWay.has(key) ? fetch(key, source) : admit(() => fetch(key, source)),
  };
};
