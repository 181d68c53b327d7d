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
import type { Allowance } from "../requests/allowance.ts";
import { allowance } from "../requests/allowance.ts";
import type { BoundedFetch } from "../requests/bounded-fetch.ts";
import { type RemoteDocument, remoteDocument } from "../requests/remote-document.ts";

/** A key that the provider has withdrawn is forgotten within this time. */
const maxAge: Seconds = 600;

/**
 * Who hands in a token. "own" ones come from the provider or from sealed sessions: an unknown key means that
 * the provider has changed its keys, and the person must not be logged out for it. A "stranger"'s, and a logout
 * "notice", can be made up by anybody at any rate, so that the fetches that they cause are counted, each for itself.
 */
export type Origin = "own" | "stranger" | "notice";

/** Fetches for unknown keys that strangers may cause at once. */
const strangersFetches = 5;

export type Keys = ReturnType<typeof createLocalJWKSet>;

export interface KeySet {
  /** The keys at hand; another object when they have changed. Throws ProviderDown. */
  keys(uri: string): Promise<Keys>;
  /** The same, for who would rather not wait; undefined: none are at hand. */
  kept(uri: string): Keys | undefined;
  /**
   * The key for a token's header, fetching the set anew when it is not there. Throws jose's JWKSNoMatchingKey when
   * a set that was fetched since the token came does not have it; ProviderDown for whatever leaves that open.
   */
  find(uri: string, header: JWSHeaderParameters, origin: Origin): Promise<CryptoKey | Uint8Array>;
  /**
   * Fetches the set anew, since what a key of it was good for has been put in doubt. False: it is the same as before, or
   * strangers have caused too many fetches. Throws ProviderDown.
   */
  renew(uri: string, origin: Origin): Promise<boolean>;
  /** Ends waits. */
  close(): void;
}

export interface KeySetOptions {
  /** own: between two fetches for tokens of ours. stranger: in which a stranger's tokens may cause one more. */
  readonly intervals: { readonly own: Seconds; readonly stranger: Seconds };
  readonly fetch: BoundedFetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** The two names of one algorithm (RFC 9864 section 2.2) are taken for each other, whichever the key states. */
const underEitherName = (key: Json): Json => {
  if (!isJsonObject(key) || key["kty"] !== "OKP" || key["crv"] !== "Ed25519") return key;
  const { alg, ...others } = key;
  return alg === "EdDSA" || alg === "Ed25519" ? others : key;
};

/** Some providers give signature keys no `use` (RFC 7517 section 4.2). */
const isForSignatures = (key: Json): boolean => isJsonObject(key) && (key["use"] ?? "sig") === "sig";

const readKeys = (document: JsonObject): Keys => {
  const { keys } = document;
  if (Array.isArray(keys) && !keys.some(isForSignatures)) {
    throw new ProviderDown({ cause: new Error("The provider's key set has no key for signatures") });
  }
  const read = Array.isArray(keys) ? { ...document, keys: keys.map(underEitherName) } : document;
  try {
    return createLocalJWKSet(read as unknown as JSONWebKeySet);
  } catch (cause) {
    throw new ProviderDown({ cause });
  }
};

const keysNamed = (keys: Keys, { kid }: JWSHeaderParameters) =>
  kid === undefined ? [] : (keys.jwks()?.keys ?? []).filter((key) => key.kid === kid);

/**
 * Whether the set may be old, or damaged: no key has the name that the token gives, or several have. Where one has it,
 * for signatures of another kind, the token is wrong.
 */
const isAboutKeys = (error: unknown, keys: Keys, header: JWSHeaderParameters): boolean => {
  if (error instanceof errors.JWKSMultipleMatchingKeys) return header.kid !== undefined;
  if (!(error instanceof errors.JWKSNoMatchingKey)) return false;
  return !keysNamed(keys, header).some(({ use = "sig" }) => use === "sig");
};

/** The key in a set that is as new as it can be. One that is there and is not for signatures is the provider's mistake. */
const settled = async (keys: Keys, header: JWSHeaderParameters): Promise<CryptoKey | Uint8Array> => {
  try {
    return await keys(header);
  } catch (cause) {
    const isDamaged = keysNamed(keys, header).length > 0 && isAboutKeys(cause, keys, header);
    throw isDamaged ? new ProviderDown({ cause }) : cause;
  }
};

/** A set whose fetch began after fetch number `before`; undefined: it may not be fetched for a stranger now. */
const newerForStranger = async (
  before: number,
  document: RemoteDocument<Keys>,
  fetches: Allowance,
): Promise<Keys | undefined> => {
  const kept = document.kept();
  if (kept && kept.fetch > before) return kept.value;
  if (document.fetches() === before && !fetches.take()) return undefined;
  const { value, fetch: number } = await document.reload();
  return number > before ? value : undefined;
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
  const allowed = {
    stranger: allowance(strangersFetches, intervals.stranger, clock),
    notice: allowance(strangersFetches, intervals.stranger, clock),
  };
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

  const newerFor = (
    origin: Origin,
    before: number,
    document: RemoteDocument<Keys>,
  ): Promise<Keys | undefined> =>
    origin === "own" ? newerThan(before, document) : newerForStranger(before, document, allowed[origin]);

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
        if (!isAboutKeys(error, value, header)) throw error;
        if (number > before) return settled(value, header);
        const newer = await newerFor(origin, before, document);
        if (newer === undefined) throw new ProviderDown({ cause: error });
        return settled(newer, header);
      }
    },
    async renew(uri, origin) {
      const document = documentAt(uri);
      const used = document.kept()?.value;
      const newer = await newerFor(origin, document.fetches(), document);
      return newer !== undefined && newer !== used;
    },
    close: () => closing.abort(new Error("The server is stopping")),
  };
};
