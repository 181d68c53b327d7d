import type { IdentityProvider } from "../../ports/driven/identity/identity-provider.ts";
import type { Records } from "../../ports/driven/records/records.ts";
import type { ResourceStore } from "../../ports/driven/resources/resource-store.ts";
import type { SessionStore } from "../../ports/driven/sessions/session-store.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { Readiness } from "../../ports/driving/health.ts";

interface Deps {
  readonly sessionStore: SessionStore;
  readonly resourceStore: ResourceStore;
  readonly records: Pick<Records, "ready">;
  readonly identityProvider: IdentityProvider;
  readonly clock: Clock;
  readonly log: Log;
}

/** Load balancers and probes time out after a few seconds themselves. */
const timeoutMs = 3000;

/** How long a result is cached, so that frequent probes do not burden the stores. */
const cacheMs = 1000;

type Outcome = { readonly ready: true } | { readonly ready: false; readonly cause: unknown };

/** Checks all dependencies in parallel; one that does not answer in time counts as unavailable. */
export const readiness = ({
  sessionStore,
  resourceStore,
  records,
  identityProvider,
  clock,
  log,
}: Deps): Readiness => {
  const checks: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>> = {
    "session store": async () => sessionStore.ready(),
    "resource store": async (signal) => {
      // Records lie beside the data, or in a bucket of their own.
      await Promise.all([resourceStore.ready(signal), records.ready(signal)]);
    },
    "identity provider": async () => identityProvider.ready(),
  };
  const failing = new Set<string>();
  const logChange = (part: string, outcome: Outcome): void => {
    if (!outcome.ready && !failing.has(part)) {
      log.write({ event: "readiness", part, outcome: "failing", cause: outcome.cause });
    } else if (outcome.ready && failing.has(part)) log.write({ event: "readiness", part, outcome: "ready" });
    if (outcome.ready) failing.delete(part);
    else failing.add(part);
  };
  const ask = async (): Promise<readonly string[]> => {
    const signal = AbortSignal.timeout(timeoutMs);
    const missing = await Promise.all(
      Object.entries(checks).map(async ([part, check]) => {
        const outcome = await outcomeOf(check, signal);
        logChange(part, outcome);
        return outcome.ready ? [] : [part];
      }),
    );
    return missing.flat();
  };
  let last: { readonly asked: number; readonly answer: Promise<readonly string[]> } | undefined;
  return () => {
    const now = clock.now() * 1000;
    // The absolute value, so that a clock that was set back does not keep the result.
    if (last === undefined || Math.abs(last.asked - now) > cacheMs) {
      last = { asked: now, answer: ask() };
    }
    return last.answer;
  };
};

const outcomeOf = (check: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<Outcome> =>
  new Promise((resolve) => {
    const fail = (cause: unknown) => resolve({ ready: false, cause });
    signal.addEventListener("abort", () => fail(new Error("no answer in time")), { once: true });
    const run = async () => check(signal);
    run().then(() => resolve({ ready: true }), fail);
  });
