import { setTimeout as sleep } from "node:timers/promises";
import type { Seconds } from "../../../domain/brand.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Heeded } from "../condition.ts";
import { allConditions } from "../condition.ts";
import type { S3Connection } from "../connection.ts";
import { asStoreDown } from "../store-failure.ts";
import type { Findings } from "./probe.ts";
import { probe } from "./probe.ts";
import { removeLeftovers } from "./probe-leftovers.ts";

export interface StoreProbe {
  /** Undefined: not known yet. */
  heeded(): Heeded | undefined;
  /** Settles when it is known, or when the probe was closed before. */
  readonly ended: Promise<void>;
  /** Settles when nothing is left of earlier probes either, as far as the store lets it. */
  readonly tidied: Promise<void>;
  close(): Promise<void>;
}

/** Each try writes a little: it must not be a burden to a store in trouble. */
const pauses = { first: 1, longest: 300 } as const satisfies Record<string, Seconds>;

const longestTry: Seconds = 120;

const missingRight =
  "The store does not let this server list the bucket, and so never says that something is not there: grant s3:ListBucket.";

const tell = ({ log }: S3Connection, { heeded, mayList }: Findings): void =>
  log.write({
    event: "store-probe",
    heeds: allConditions.flatMap((condition) => {
      const form = heeded.get(condition);
      return form === undefined ? [] : [form === "quoted" ? condition : `${condition} (${form})`];
    }),
    ignores: allConditions.filter((condition) => !heeded.has(condition)),
    ...(mayList ? {} : { fault: missingRight }),
  });

/**
 * Finds out, in the background, what the store does with conditions; tries again for as long as it does not say. Then
 * removes what probes have left that were killed.
 */
export const startProbe = (connection: S3Connection, clock: Clock): StoreProbe => {
  const closing = new AbortController();
  let found: Findings | undefined;

  const tryOnce = async (isFirst: boolean): Promise<void> => {
    try {
      const limit = AbortSignal.timeout(longestTry * 1000);
      found = await probe(connection, AbortSignal.any([closing.signal, limit]));
      tell(connection, found);
    } catch (error) {
      // Once: later tries fail for as long as the store is away, which `/readyz` tells.
      if (!isFirst || closing.signal.aborted) return;
      const cause = asStoreDown(error);
      connection.log.write({
        event: "background",
        what: "finding out what the store does with conditions",
        cause,
      });
    }
  };

  const run = async (): Promise<void> => {
    for (let pause: Seconds = pauses.first; ; pause = Math.min(2 * pause, pauses.longest)) {
      await tryOnce(pause === pauses.first);
      if (found || closing.signal.aborted) return;
      await sleep(pause * 1000, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);
    }
  };

  const tidyUp = async (): Promise<void> => {
    if (!found?.mayList || closing.signal.aborted) return;
    const limit = AbortSignal.timeout(longestTry * 1000);
    try {
      await removeLeftovers(connection, clock.now(), AbortSignal.any([closing.signal, limit]));
    } catch (error) {
      if (closing.signal.aborted) return;
      const cause = asStoreDown(error);
      connection.log.write({
        event: "background",
        what: "removing what probes of the store have left",
        cause,
      });
    }
  };

  const ended = run();
  const tidied = ended.then(tidyUp);
  return {
    heeded: () => found?.heeded,
    ended,
    tidied,
    async close() {
      closing.abort();
      await tidied;
    },
  };
};
