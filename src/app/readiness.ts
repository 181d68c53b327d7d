import type { IdentityProvider } from "../ports/driven/identity-provider.ts";
import type { ResourceStore } from "../ports/driven/resource-store.ts";
import type { SessionStore } from "../ports/driven/session-store.ts";
import type { Readiness } from "../ports/driving/health.ts";

interface Deps {
  readonly sessionStore: SessionStore;
  readonly resourceStore: ResourceStore;
  readonly identityProvider: IdentityProvider;
}

/** Those who ask (balancers, probes) give up after a few seconds themselves. */
const patienceMs = 3000;

/** Asks everything the server needs, at once; what does not answer in time counts as missing. */
export const readiness =
  ({ sessionStore, resourceStore, identityProvider }: Deps): Readiness =>
  async () => {
    const signal = AbortSignal.timeout(patienceMs);
    const checks = {
      "session store": async () => sessionStore.ready(),
      "resource store": async () => resourceStore.ready(signal),
      "identity provider": async () => identityProvider.ready(),
    };
    const missing = await Promise.all(
      Object.entries(checks).map(async ([name, check]) =>
        (await answers(check, signal)) ? undefined : name,
      ),
    );
    return missing.filter((name) => name !== undefined);
  };

const answers = (check: () => Promise<void>, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(false), { once: true });
    check().then(
      () => resolve(true),
      () => resolve(false),
    );
  });
