import { randomUUID } from "node:crypto";
import type { JWK } from "jose";
import type { RandomNumbers } from "../../src/app/sample/random-numbers.ts";
import type { SigningKey } from "../support/stub-provider/signing-key.ts";
import { signingKey } from "../support/stub-provider/signing-key.ts";
import type { LogoutTokenKey } from "./login.ts";
import type { FaultPeriods } from "./model/fault-periods.ts";
import { faultPeriods } from "./model/fault-periods.ts";

/** A provider's keys, whose published set is faulty at random. */
export interface ProviderKeys {
  /** The signing key of id tokens. */
  present(): SigningKey;
  /** Rotates the signing key of id tokens. */
  rotate(): Promise<void>;
  /** The signing key of a logout token; a new one is published at once. */
  forLogoutToken(which: LogoutTokenKey): Promise<Pick<SigningKey, "alg" | "kid" | "privateKey">>;
  all(): readonly JWK[];
  /** All keys, or a faulty set such as real providers have published for a moment, which proves no token invalid. */
  published(): readonly JWK[];
  /** The keys were rotated, or a faulty set was published, a moment ago. */
  readonly faults: FaultPeriods;
  readonly counts: { keys: number; logoutTokenKeys: number; faultyKeySets: number };
}

/** Enough, since tokens are valid for half a minute at most, and keys are rotated less often. */
const maxKeys = 4;
/** Enough for the two minutes in which a logout token is delivered again. */
const maxLogoutTokenKeys = 60;
/** For how long, in milliseconds, faulty sets are more frequent after a rotation. */
const afterRotation = 10_000;
const faultShare = { afterRotation: 0.3, later: 0.03 };
/** In milliseconds. Key sets are fetched at most once a second, and a failed renewal is retried after another one. */
const recoveryTime = 3500;

export const providerKeys = async (random: RandomNumbers): Promise<ProviderKeys> => {
  let key = await signingKey("ES256", "of the checker");
  let keys = [key];
  const other = await signingKey("ES256", "of nobody");
  /** Used by logout tokens alone, so that no other token causes their fetch. */
  let logoutTokenKeys: readonly SigningKey[] = [];
  let rotatedAt = Date.now();
  const faults = faultPeriods();
  const counts = { keys: 0, logoutTokenKeys: 0, faultyKeySets: 0 };
  const all = () => [...keys, ...logoutTokenKeys].map(({ publicJwk }) => publicJwk);

  return {
    counts,
    faults,
    all,
    present: () => key,

    rotate: async () => {
      counts.keys += 1;
      faults.add(Date.now(), Date.now() + recoveryTime);
      key = await signingKey("ES256", `of the checker, ${counts.keys}`);
      keys = [key, ...keys].slice(0, maxKeys);
      rotatedAt = Date.now();
    },

    forLogoutToken: async (which) => {
      if (which === "present") return key;
      if (which === "forged as present") return { ...other, kid: key.kid };
      if (which === "forged") return { ...other, kid: randomUUID() };
      counts.logoutTokenKeys += 1;
      const newKey = await signingKey("ES256", `of the checker's logout tokens, ${counts.logoutTokenKeys}`);
      logoutTokenKeys = [...logoutTokenKeys, newKey].slice(-maxLogoutTokenKeys);
      return newKey;
    },

    published: () => {
      const correct = all();
      const isRecent = Date.now() < rotatedAt + afterRotation;
      if (random.uniform() > (isRecent ? faultShare.afterRotation : faultShare.later)) return correct;
      counts.faultyKeySets += 1;
      faults.add(Date.now() - 50, Date.now() + recoveryTime);
      return random.pick([
        [],
        [{ ...other.publicJwk, kid: key.kid }, ...correct],
        correct.map((jwk) => ({ ...jwk, use: "enc" })),
        correct.slice(1),
      ]);
    },
  };
};
