import type { JsonObject, Seconds } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import { type BoundedFetch, jsonObject } from "./bounded-fetch.ts";

/** Between a failed fetch and the next one that somebody waits for. */
const retryDelay: Seconds = 1;
/** The same while there is an old state to go on with. */
const backgroundRetryDelay: Seconds = 30;

export interface Held<T> {
  /** The same object for as long as the document's text stays the same. */
  readonly value: T;
  /** Which fetch it is from, counted from 1. */
  readonly fetch: number;
}

/** A JSON object at a URL, fetched when it is first needed and kept. */
export interface RemoteDocument<T> {
  /** What is kept, however old, while an old one is fetched anew in the background. Throws ProviderDown. */
  get(): Promise<Held<T>>;
  /** The same, for who would rather not wait; undefined: nothing is kept. */
  kept(): Held<T> | undefined;
  /** Fetches, or joins the fetch that is under way. What was kept stays when it fails. Throws ProviderDown. */
  reload(): Promise<Held<T>>;
  /** How many fetches have begun. */
  fetches(): number;
  /** Since the last fetch that succeeded was begun; infinite before the first. */
  age(): Seconds;
}

export interface RemoteDocumentOptions<T> {
  readonly what: string;
  readonly url: string;
  readonly read: (document: JsonObject) => T;
  readonly maxAge: Seconds;
  readonly fetch: BoundedFetch;
  readonly clock: Clock;
  readonly log: Log;
}

export const remoteDocument = <T>(options: RemoteDocumentOptions<T>): RemoteDocument<T> => {
  const { what, url, read, maxAge, fetch, clock, log } = options;
  let fetches = 0;
  let held: (Held<T> & { readonly text: string; readonly begun: Seconds }) | undefined;
  let pending: Promise<Held<T>> | undefined;
  let failed: { readonly at: Seconds; readonly cause: unknown } | undefined;

  // Without the sign, so that a clock set back delays nothing for longer than the limits say.
  const since = (time: Seconds | undefined): Seconds =>
    time === undefined ? Number.POSITIVE_INFINITY : Math.abs(clock.now() - time);

  const load = async (): Promise<Held<T>> => {
    const begun = clock.now();
    fetches += 1;
    const number = fetches;
    const answer = await fetch.send(url, { headers: { accept: "application/json" } });
    if (answer.status !== 200) {
      throw new ProviderDown({ cause: new Error(`The ${what} at ${url} came with status ${answer.status}`) });
    }
    const { text } = answer;
    const value = held?.text === text ? held.value : read(jsonObject(answer));
    held = { value, text, begun, fetch: number };
    return held;
  };

  const reload = (): Promise<Held<T>> => {
    if (pending !== undefined) return pending;
    if (failed !== undefined && since(failed.at) < retryDelay) {
      return Promise.reject(new ProviderDown({ cause: failed.cause }));
    }
    pending = load()
      .then(
        (loaded) => {
          failed = undefined;
          return loaded;
        },
        (error: unknown) => {
          failed = { at: clock.now(), cause: error };
          throw error;
        },
      )
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };

  const kept = (): Held<T> | undefined => {
    if (held === undefined) return undefined;
    if (pending === undefined && since(held.begun) >= maxAge && since(failed?.at) >= backgroundRetryDelay) {
      reload().catch((cause: unknown) =>
        log.write({ event: "background", what: `fetching the ${what}`, cause }),
      );
    }
    return held;
  };

  const get = async (): Promise<Held<T>> => kept() ?? reload();

  return { get, kept, reload, fetches: () => fetches, age: () => since(held?.begun) };
};
