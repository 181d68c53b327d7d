import { setTimeout as sleep } from "node:timers/promises";
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from "jose";
import type { Json, JsonObject, Seconds } from "../../domain/brand.ts";
import { ProviderDown } from "../../domain/failure.ts";
import type { Clock } from "../../ports/driven/clock.ts";
import type { Log } from "../../ports/driven/log.ts";
import type { BoundedFetch } from "./bounded-fetch.ts";
import { isObject } from "./id-token-claims.ts";
import { type RemoteDocument, remoteDocument } from "./remote-document.ts";

/** A key that the provider has withdrawn is forgotten within this time. */
const maxAge: Seconds = 600;

/**
 * Who hands in a token. "own" ones come from the provider or from sealed sessions: an unknown key means that
 * the provider has changed its keys, and the person must not be logged out for it. "stranger" ones can be
 * made up by anybody at any rate.
 */
export type Origin = "own" | "stranger";

export type Keys = ReturnType<typeof createLocalJWKSet>;

export interface KeySet {
  /** The keys at hand; another object when they have changed. Throws ProviderDown. */
  keys(uri: string): Promise<Keys>;
  /** The same, for who would rather not wait; undefined: none are at hand. */
  kept(uri: string): Keys | undefined;
  /**
   * The key for a token's header, fetching the set anew when it is not there and the intervals allow.
   * Throws ProviderDown, or jose's error when there is no such key.
   */
  find(uri: string, header: JWSHeaderParameters, origin: Origin): Promise<CryptoKey | Uint8Array>;
  /** Ends waits. */
  close(): void;
}

export interface KeySetOptions {
  readonly intervals: { readonly [From in Origin]: Seconds };
  readonly fetch: BoundedFetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** The two names of one algorithm (RFC 9864 section 2.2) are taken for each other, whichever the key states. */
const underEitherName = (key: Json): Json => {
  if (!isObject(key) || key["kty"] !== "OKP" || key["crv"] !== "Ed25519") return key;
  const { alg, ...others } = key;
  return alg === "EdDSA" || alg === "Ed25519" ? others : key;
};

const readKeys = (document: JsonObject): Keys => {
  const { keys } = document;
  const read = Array.isArray(keys) ? { ...document, keys: keys.map(underEitherName) } : document;
  try {
    return createLocalJWKSet(read as unknown as JSONWebKeySet);
  } catch (cause) {
    throw new ProviderDown({ cause });
  }
};

const pause = async (seconds: Seconds, signal: AbortSignal): Promise<void> => {
  try {
    await sleep(seconds * 1000, undefined, { signal, ref: false });
  } catch (cause) {
    throw new ProviderDown({ cause });
  }
};

export const keySet = (options: KeySetOptions): KeySet => {
  const { intervals, fetch, clock, log } = options;
  const closing = new AbortController();
  let source: { readonly uri: string; readonly document: RemoteDocument<Keys> } | undefined;

  const documentAt = (uri: string): RemoteDocument<Keys> => {
    if (source?.uri !== uri) {
      source = {
        uri,
        document: remoteDocument({ what: "key set", url: uri, read: readKeys, maxAge, fetch, clock, log }),
      };
    }
    return source.document;
  };

  /** A state whose fetch began after fetch number `before`: the one under way may have begun too early. */
  const newerThan = async (before: number, document: RemoteDocument<Keys>): Promise<Keys> => {
    for (;;) {
      const wait = intervals.own - document.age();
      if (wait > 0) await pause(wait, closing.signal);
      // Somebody else who waited may have fetched it by now.
      const kept = document.kept();
      const { value, fetch: number } = kept && kept.fetch > before ? kept : await document.reload();
      if (number > before) return value;
    }
  };

  return {
    keys: async (uri) => (await documentAt(uri).get()).value,
    kept: (uri) => documentAt(uri).kept()?.value,
    async find(uri, header, origin) {
      const document = documentAt(uri);
      const before = document.fetches();
      const { value, fetch: number } = await document.get();
      try {
        return await value(header);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || number > before) throw error;
        if (origin === "stranger") {
          if (document.age() < intervals.stranger) throw error;
          return (await document.reload()).value(header);
        }
        return (await newerThan(before, document))(header);
      }
    },
    close: () => closing.abort(new Error("The server is stopping")),
  };
};
