import type { JsonObject, Seconds } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { type BoundedFetch, jsonBody } from "./bounded-fetch.ts";

/** Between a failed fetch and the next one that a caller waits for. */
const retryDelay: Seconds = 1;
/** Between a failed fetch and the next one in the background, while a cached version is served. */
const backgroundRetryDelay: Seconds = 30;

export interface DocumentVersion<T> {
  /** The same object as long as the document's text does not change. */
  readonly value: T;
  /** Number of the fetch that it came from, counted from 1. */
  readonly fetch: number;
}

/** A JSON object at a URL, which is fetched when it is first needed, and refreshed in the background when it is old. */
export interface CachedDocument<T> {
  /** The cached version, however old it is; fetched first where there is none. Throws ProviderDown. */
  get(): Promise<DocumentVersion<T>>;
  /** The same without waiting; undefined when nothing is cached. */
  cached(): DocumentVersion<T> | undefined;
  /** Fetches, or joins the fetch in flight. The cached version stays when that fails. Throws ProviderDown. */
  reload(): Promise<DocumentVersion<T>>;
  /** How many fetches have been started. */
  fetches(): number;
  /** Time since the last successful fetch was started; infinite before the first. */
  age(): Seconds;
}

export interface CachedDocumentOptions<T> {
  /** Its name in the log, such as "key set". */
  readonly what: string;
  readonly url: string;
  /** May throw ProviderDown. */
  readonly parse: (document: JsonObject) => T;
  readonly maxAge: Seconds;
  readonly fetch: BoundedFetch;
  readonly clock: Clock;
  readonly log: Log;
}

export const cachedDocument = <T>(options: CachedDocumentOptions<T>): CachedDocument<T> => {
  const { what, url, parse, maxAge, fetch, clock, log } = options;
  let fetches = 0;
  let current: (DocumentVersion<T> & { readonly text: string; readonly startedAt: Seconds }) | undefined;
  let pending: Promise<DocumentVersion<T>> | undefined;
  let failure: { readonly at: Seconds; readonly cause: unknown } | undefined;

  // The distance without its sign, so that a clock that was set back delays nothing for longer than these limits.
  const since = (time: Seconds | undefined): Seconds =>
    time === undefined ? Number.POSITIVE_INFINITY : Math.abs(clock.now() - time);

  const load = async (): Promise<DocumentVersion<T>> => {
    const startedAt = clock.now();
    fetches += 1;
    const number = fetches;
    const response = await fetch.send(url, { headers: { accept: "application/json" } });
    if (response.status !== 200) {
      throw new ProviderDown({
        cause: new Error(`The ${what} at ${url} came with status ${response.status}`),
      });
    }
    const { text } = response;
    const value = current?.text === text ? current.value : parse(jsonBody(response));
    current = { value, text, startedAt, fetch: number };
    return current;
  };

  const reload = (): Promise<DocumentVersion<T>> => {
    if (pending !== undefined) return pending;
    if (failure !== undefined && since(failure.at) < retryDelay) {
      return Promise.reject(new ProviderDown({ cause: failure.cause }));
    }
    pending = load()
      .then(
        (loaded) => {
          failure = undefined;
          return loaded;
        },
        (error: unknown) => {
          failure = { at: clock.now(), cause: error };
          throw error;
        },
      )
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };

  const cached = (): DocumentVersion<T> | undefined => {
    if (current === undefined) return undefined;
    const isOld = since(current.startedAt) >= maxAge;
    if (pending === undefined && isOld && since(failure?.at) >= backgroundRetryDelay) {
      reload().catch((cause: unknown) =>
        log.write({ event: "background", what: `fetching the ${what}`, cause }),
      );
    }
    return current;
  };

  const get = async (): Promise<DocumentVersion<T>> => cached() ?? reload();

  return { get, cached, reload, fetches: () => fetches, age: () => since(current?.startedAt) };
};
