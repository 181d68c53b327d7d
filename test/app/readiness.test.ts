import { afterEach, describe, expect, it, vi } from "vitest";
import { memoryResourceStore } from "../../src/adapters/memory/resource-store.ts";
import { memorySessionStore } from "../../src/adapters/memory/session-store.ts";
import { readiness } from "../../src/app/readiness.ts";
import { ProviderDown, StoreDown } from "../../src/domain/failure.ts";
import { manualClock } from "../support/manual-clock.ts";
import { fakeProvider } from "../usecases/fake-provider.ts";

const setup = () => {
  const clock = manualClock();
  return {
    sessionStore: memorySessionStore(clock),
    resourceStore: memoryResourceStore(clock),
    identityProvider: fakeProvider(clock),
  };
};

const never = () => new Promise<void>(() => undefined);

describe("readiness", () => {
  afterEach(() => vi.restoreAllMocks());

  it("misses nothing when everything answers", async () => {
    expect(await readiness(setup())()).toEqual([]);
  });

  it("names all that does not answer, and never throws", async () => {
    const parts = setup();
    const ready = readiness(parts);
    parts.sessionStore.ready = () => Promise.reject(new StoreDown());
    expect(await ready()).toEqual(["session store"]);
    parts.resourceStore.ready = () => Promise.reject(new TypeError("x"));
    parts.identityProvider.ready = () => Promise.reject(new ProviderDown());
    expect(await ready()).toEqual(["session store", "resource store", "identity provider"]);
  });

  it("takes what throws at once for missing too", async () => {
    const parts = setup();
    parts.sessionStore.ready = () => {
      throw new StoreDown();
    };
    expect(await readiness(parts)()).toEqual(["session store"]);
  });

  it("waits for what hangs only so long", async () => {
    const patience = new AbortController();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(patience.signal);
    const parts = setup();
    parts.sessionStore.ready = never;
    const answer = readiness(parts)();
    await new Promise((resolve) => setImmediate(resolve));
    patience.abort();
    expect(await answer).toEqual(["session store"]);
    expect(timeout.mock.calls[0]?.[0]).toBeLessThanOrEqual(5000);
  });
});
