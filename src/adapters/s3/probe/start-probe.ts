import { setTimeout as sleep } from "node:timers/promises";
import type { Seconds } from "../../../domain/brand.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { SupportedConditions } from "../condition.ts";
import { allConditions } from "../condition.ts";
import type { S3Connection } from "../connection.ts";
import { asStoreDown } from "../store-failure.ts";
import type { ProbeResult } from "./probe.ts";
import { probe } from "./probe.ts";
import { removeLeftovers } from "./probe-leftovers.ts";

export interface StoreProbe {
  /** Undefined while there is no result. */
  supportedConditions(): SupportedConditions | undefined;
  /** Resolves when there is a result, or the probe has been closed. */
  readonly ended: Promise<void>;
  /** Resolves when the objects of earlier probes have been removed too, or could not be. */
  readonly cleanedUp: Promise<void>;
  close(): Promise<void>;
}

/** Each attempt writes some objects, which must not burden a store in trouble. */
const retryDelays = { initial: 1, max: 300 } as const satisfies Record<string, Seconds>;

const attemptTimeout: Seconds = 120;

const missingPermission =
  "The store does not let this server list the bucket, and so never says that something is not there: grant s3:ListBucket.";

const logResult = ({ log }: S3Connection, { supportedConditions: supported, canList }: ProbeResult): void =>
  log.write({
    event: "store-probe",
    heeds: allConditions.flatMap((condition) => {
      const format = supported.get(condition);
      return format === undefined ? [] : [format === "quoted" ? condition : `${condition} (${format})`];
    }),
    ignores: allConditions.filter((condition) => !supported.has(condition)),
    ...(canList ? {} : { fault: missingPermission }),
  });

/**
 * Probes, in the background, which conditions the store supports, and retries until it has a result. Then it removes
 * the objects of earlier probes that were killed.
 */
export const startProbe = (connection: S3Connection, clock: Clock): StoreProbe => {
  const closing = new AbortController();
  let result: ProbeResult | undefined;

  const attempt = async (isFirst: boolean): Promise<void> => {
    try {
      const timeout = AbortSignal.timeout(attemptTimeout * 1000);
      result = await probe(connection, AbortSignal.any([closing.signal, timeout]));
      logResult(connection, result);
    } catch (error) {
      // Later failures are not logged: `/readyz` reports an outage that lasts.
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
    for (let delay: Seconds = retryDelays.initial; ; delay = Math.min(2 * delay, retryDelays.max)) {
      await attempt(delay === retryDelays.initial);
      if (result || closing.signal.aborted) return;
      await sleep(delay * 1000, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);
    }
  };

  const cleanUp = async (): Promise<void> => {
    if (!result?.canList || closing.signal.aborted) return;
    const timeout = AbortSignal.timeout(attemptTimeout * 1000);
    try {
      await removeLeftovers(connection, clock.now(), AbortSignal.any([closing.signal, timeout]));
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
  const cleanedUp = ended.then(cleanUp);
  return {
    supportedConditions: () => result?.supportedConditions,
    ended,
    cleanedUp,
    async close() {
      closing.abort();
      await cleanedUp;
    },
  };
};
