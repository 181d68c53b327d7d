import { setTimeout as sleep } from "node:timers/promises";
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from "jose";
import type { Json, JsonObject, Seconds } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import { isJsonObject } from "../../../domain/json-object.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { BoundedFetch } from "../requests/bounded-fetch.ts";
import { type CachedDocument, cachedDocument } from "../requests/cached-document.ts";
import { type TokenBucket, tokenBucket } from "../requests/token-bucket.ts";

/** Within this time the server stops to accept a key that the provider has withdrawn. */
const maxAge: Seconds = 600;

/**
 * Where a token comes from. "trusted" ones come from the token endpoint or from a sealed session: an unknown key means
 * that the provider has rotated its keys, and must not log the person out. "untrusted" Bearer tokens and a
 * "logout-token" can be sent by anybody, so that the fetches that they cause are limited, separately.
 */
export type TokenOrigin = "trusted" | "untrusted" | "logout-token";

/** How many fetches untrusted tokens with unknown keys may cause at once. */
const untrustedFetchBurst = 5;

export type Keys = ReturnType<typeof createLocalJWKSet>;

/** The provider's key set (RFC 7517 section 5). */
export interface KeySet {
  /**
   * The cached keys, which are another object when they have changed; fetched first where there are none. Throws
   * ProviderDown.
   */
  get(uri: string): Promise<Keys>;
  /** The same without waiting; undefined when nothing is cached. */
  cached(uri: string): Keys | undefined;
  /**
   * The key for a token's header; refetches the set when it lacks that key. Throws jose's JWKSNoMatchingKey when a set
   * that was fetched after the token was received lacks it, and ProviderDown when that remains unknown.
   */
  find(uri: string, header: JWSHeaderParameters, origin: TokenOrigin): Promise<CryptoKey | Uint8Array>;
  /**
   * Refetches the set because a signature is wrong under a key of it. False: the set has not changed, or untrusted
   * tokens have caused too many fetches. Throws ProviderDown.
   */
  refetch(uri: string, origin: TokenOrigin): Promise<boolean>;
  /** Aborts delays before fetches. */
  close(): void;
}

export interface KeySetOptions {
  /**
   * trusted: the least time between two fetches for such tokens. untrusted: the interval in which such tokens may cause
   * one more fetch.
   */
  readonly intervals: { readonly trusted: Seconds; readonly untrusted: Seconds };
  readonly fetch: BoundedFetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** Ed25519 has two names (RFC 9864 section 2.2): without `alg` the key fits tokens with either. */
const withoutEd25519Alg = (key: Json): Json => {
  if (!isJsonObject(key) || key["kty"] !== "OKP" || key["crv"] !== "Ed25519") return key;
  const { alg, ...others } = key;
  return alg === "EdDSA" || alg === "Ed25519" ? others : key;
};

/** Some providers publish signing keys without `use` (RFC 7517 section 4.2). */
const isSigningKey = (key: Json): boolean => isJsonObject(key) && (key["use"] ?? "sig") === "sig";

const parseKeySet = (document: JsonObject): Keys => {
  const { keys } = document;
  if (Array.isArray(keys) && !keys.some(isSigningKey)) {
    throw new ProviderDown({ cause: new Error("The provider's key set has no key for signatures") });
  }
  const parsed = Array.isArray(keys) ? { ...document, keys: keys.map(withoutEd25519Alg) } : document;
  try {
    return createLocalJWKSet(parsed as unknown as JSONWebKeySet);
  } catch (cause) {
    throw new ProviderDown({ cause });
  }
};

const keysWithId = (keys: Keys, { kid }: JWSHeaderParameters) =>
  kid === undefined ? [] : (keys.jwks()?.keys ?? []).filter((key) => key.kid === kid);

/**
 * Whether the set may be outdated or damaged: no key, or more than one, has the token's `kid`. Where a signing key of
 * another type has it, the token is at fault.
 */
const isDoubtful = (error: unknown, keys: Keys, header: JWSHeaderParameters): boolean => {
  if (error instanceof errors.JWKSMultipleMatchingKeys) return header.kid !== undefined;
  if (!(error instanceof errors.JWKSNoMatchingKey)) return false;
  return !keysWithId(keys, header).some(({ use = "sig" }) => use === "sig");
};

/** The key in a set that cannot be newer. A key that is present but not for signatures is the provider's mistake. */
const findInFreshSet = async (keys: Keys, header: JWSHeaderParameters): Promise<CryptoKey | Uint8Array> => {
  try {
    return await keys(header);
  } catch (cause) {
    const isDamaged = keysWithId(keys, header).length > 0 && isDoubtful(cause, keys, header);
    throw isDamaged ? new ProviderDown({ cause }) : cause;
  }
};

/**
 * A set whose fetch started after fetch number `before`; undefined when no fetch is allowed or the one in flight is
 * older.
 */
const fetchWithinLimit = async (
  before: number,
  document: CachedDocument<Keys>,
  limit: TokenBucket,
): Promise<Keys | undefined> => {
  const cached = document.cached();
  if (cached && cached.fetch > before) return cached.value;
  if (document.fetches() === before && !limit.take()) return undefined;
  const { value, fetch: number } = await document.reload();
  return number > before ? value : undefined;
};

const delay = async (seconds: Seconds, signal: AbortSignal): Promise<void> => {
  try {
    await sleep(seconds * 1000, undefined, { signal, ref: false });
  } catch (cause) {
    throw new ProviderDown({ cause });
  }
};

/** A set whose fetch started after fetch number `before`, since the one in flight may have started too early. */
const fetchAfter = async (
  before: number,
  document: CachedDocument<Keys>,
  interval: Seconds,
  signal: AbortSignal,
): Promise<Keys> => {
  for (;;) {
    const wait = interval - document.age();
    if (wait > 0) await delay(wait, signal);
    // Another caller may have fetched it during the delay.
    const cached = document.cached();
    const { value, fetch: number } = cached && cached.fetch > before ? cached : await document.reload();
    if (number > before) return value;
  }
};

export const keySet = (options: KeySetOptions): KeySet => {
  const { intervals, fetch, clock, log } = options;
  const closing = new AbortController();
  const limits = {
    untrusted: tokenBucket(untrustedFetchBurst, intervals.untrusted, clock),
    "logout-token": tokenBucket(untrustedFetchBurst, intervals.untrusted, clock),
  };
  let source: { readonly uri: string; readonly document: CachedDocument<Keys> } | undefined;

  const documentAt = (uri: string): CachedDocument<Keys> => {
    if (source?.uri !== uri) {
      const documentOptions = { what: "key set", url: uri, parse: parseKeySet, maxAge, fetch, clock, log };
      source = { uri, document: cachedDocument(documentOptions) };
    }
    return source.document;
  };

  const fetchFor = (
    origin: TokenOrigin,
    before: number,
    document: CachedDocument<Keys>,
  ): Promise<Keys | undefined> =>
    origin === "trusted"
      ? fetchAfter(before, document, intervals.trusted, closing.signal)
      : fetchWithinLimit(before, document, limits[origin]);

  return {
    get: async (uri) => (await documentAt(uri).get()).value,
    cached: (uri) => documentAt(uri).cached()?.value,
    async find(uri, header, origin) {
      const document = documentAt(uri);
      const before = document.fetches();
      const { value, fetch: number } = await document.get();
      try {
        return await value(header);
      } catch (error) {
        if (!isDoubtful(error, value, header)) throw error;
        if (number > before) return findInFreshSet(value, header);
        const fresh = await fetchFor(origin, before, document);
        if (fresh === undefined) throw new ProviderDown({ cause: error });
        return findInFreshSet(fresh, header);
      }
    },
    async refetch(uri, origin) {
      const document = documentAt(uri);
      const used = document.cached()?.value;
      const fresh = await fetchFor(origin, document.fetches(), document);
      return fresh !== undefined && fresh !== used;
    },
    close: () => closing.abort(new Error("The server is stopping")),
  };
};
