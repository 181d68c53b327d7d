import { afterEach, describe, expect, it, vi } from "vitest";
import { objectRecords } from "../../../src/adapters/records/object-records.ts";
import { readiness } from "../../../src/app/runtime/readiness.ts";
import { ProviderDown, StoreDown } from "../../../src/domain/failure.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { memoryResourceStore } from "../../support/memory/resource-store.ts";
import { memorySessionStore } from "../../support/memory/session-store.ts";
import { fakeProvider } from "../usecases/identity/fake-provider.ts";

const setup = () => {
  const clock = manualClock();
  return {
    sessionStore: memorySessionStore(clock),
    resourceStore: memoryResourceStore(clock),
    records: objectRecords(memoryResourceStore(clock), ""),
    identityProvider: fakeProvider(clock),
    clock,
    log: recordingLog(),
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
    parts.clock.pass(2);
    parts.resourceStore.ready = () => Promise.reject(new TypeError("x"));
    parts.identityProvider.ready = () => Promise.reject(new ProviderDown());
    expect(await ready()).toEqual(["session store", "resource store", "identity provider"]);
  });

  it("misses the store that lacks the records, where these are elsewhere", async () => {
    const parts = setup();
    parts.records.ready = () => Promise.reject(new StoreDown());
    expect(await readiness(parts)()).toEqual(["resource store"]);
  });

  it("logs why something does not answer when that begins, and when it ends, and not in between", async () => {
    const parts = setup();
    const ready = readiness(parts);
    const cause = new StoreDown({ cause: new Error("NoSuchBucket") });
    const { ready: answers } = parts.resourceStore;
    const ask = async () => {
      parts.clock.pass(2);
      await ready();
    };
    await ask();
    parts.resourceStore.ready = () => Promise.reject(cause);
    for (let times = 0; times < 3; times += 1) await ask();
    parts.resourceStore.ready = answers;
    for (let times = 0; times < 3; times += 1) await ask();
    expect(parts.log.events).toEqual([
      { event: "readiness", part: "resource store", outcome: "failing", cause },
      { event: "readiness", part: "resource store", outcome: "ready" },
    ]);
  });

  it("is asked in a loop, and asks the stores once in a second", async () => {
    const parts = setup();
    let asked = 0;
    parts.resourceStore.ready = async () => {
      asked += 1;
    };
    const ready = readiness(parts);
    await Promise.all(Array.from({ length: 100 }, () => ready()));
    for (let times = 0; times < 100; times += 1) await ready();
    expect(asked).toBe(1);
    parts.clock.pass(1.1);
    await ready();
    expect(asked).toBe(2);
  });

  it("takes what throws at once for missing too", async () => {
    const parts = setup();
    parts.sessionStore.ready = () => {
      throw new StoreDown();
    };
    expect(await readiness(parts)()).toEqual(["session store"]);
  });

  it("waits for what hangs only so long", async () => {
    const elapsed = new AbortController();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(elapsed.signal);
    const parts = setup();
    parts.sessionStore.ready = never;
    const answer = readiness(parts)();
    await new Promise((resolve) => setImmediate(resolve));
    elapsed.abort();
    expect(await answer).toEqual(["session store"]);
    expect(timeout.mock.calls[0]?.[0]).toBeLessThanOrEqual(5000);
  });
});
