import { randomUUID } from "node:crypto";
import type { JWK } from "jose";
import type { RandomNumbers } from "../../src/app/sample/random-numbers.ts";
import type { SigningKey } from "../support/stub-provider/signing-key.ts";
import { signingKey } from "../support/stub-provider/signing-key.ts";
import type { NoticeKey } from "./login.ts";
import type { Trouble } from "./model/trouble.ts";
import { trouble } from "./model/trouble.ts";

/** A provider's keys, of which wrong things are told now and then. */
export interface ProviderKeys {
  /** That of id tokens. */
  present(): SigningKey;
  /** Another one is from now on. */
  change(): Promise<void>;
  /** That of a logout notice; a new one is told at once. */
  ofNotice(under: NoticeKey): Promise<Pick<SigningKey, "alg" | "kid" | "privateKey">>;
  all(): readonly JWK[];
  /** The same, or what real providers have told for a moment, and what says nothing of anybody's token. */
  told(): readonly JWK[];
  /** They have changed, or were told wrongly, a moment ago. */
  readonly trouble: Trouble;
  readonly counts: { keys: number; noticeKeys: number; glitches: number };
}

/** Tokens live half a minute at most, and keys change less often than that. */
const keptKeys = 4;
/** A notice is sent again for two minutes, if need be. */
const keptNoticeKeys = 60;
/** For how long, in milliseconds, keys are more often told wrongly after they have changed. */
const afterChange = 10_000;
const glitchShare = { afterChange: 0.3, later: 0.03 };
/** In milliseconds: keys are fetched once a second, and a renewal that failed is tried again after one. */
const afterTrouble = 3500;

export const providerKeys = async (random: RandomNumbers): Promise<ProviderKeys> => {
  let key = await signingKey("ES256", "of the checker");
  let keys = [key];
  const other = await signingKey("ES256", "of nobody");
  /** Of logout tokens alone: a set in which they are new is fetched for nothing else. */
  let noticeKeys: readonly SigningKey[] = [];
  let changed = Date.now();
  const troubled = trouble();
  const counts = { keys: 0, noticeKeys: 0, glitches: 0 };
  const all = () => [...keys, ...noticeKeys].map(({ publicJwk }) => publicJwk);

  return {
    counts,
    trouble: troubled,
    all,
    present: () => key,

    change: async () => {
      counts.keys += 1;
      troubled.add(Date.now(), Date.now() + afterTrouble);
      key = await signingKey("ES256", `of the checker, ${counts.keys}`);
      keys = [key, ...keys].slice(0, keptKeys);
      changed = Date.now();
    },

    ofNotice: async (under) => {
      if (under === "present") return key;
      if (under === "forged as present") return { ...other, kid: key.kid };
      if (under === "forged") return { ...other, kid: randomUUID() };
      counts.noticeKeys += 1;
      const made = await signingKey("ES256", `of the checker's notices, ${counts.noticeKeys}`);
      noticeKeys = [...noticeKeys, made].slice(-keptNoticeKeys);
      return made;
    },

    told: () => {
      const right = all();
      const share = Date.now() < changed + afterChange ? glitchShare.afterChange : glitchShare.later;
      if (random.uniform() > share) return right;
      counts.glitches += 1;
      troubled.add(Date.now() - 50, Date.now() + afterTrouble);
      return random.pick([
        [],
        [{ ...other.publicJwk, kid: key.kid }, ...right],
        right.map((jwk) => ({ ...jwk, use: "enc" })),
        right.slice(1),
      ]);
    },
  };
};
