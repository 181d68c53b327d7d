import { describe, expect, it } from "vitest";
import { cachedListings } from "../../../src/app/caches/cached-listings.ts";
import { listings } from "../../../src/app/usecases/groups/listings.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { ObjectKey } from "../../../src/domain/resources/object-key.ts";
import type { ResourceStore } from "../../../src/ports/driven/resources/resource-store.ts";
import { groupName, privateGroup } from "../../domain/sample.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { memoryResourceStore } from "../../support/memory/resource-store.ts";
import { signal, streamOf } from "../usecases/resources/data-setup.ts";

const group = groupName("lake");

/** A store whose listings take as long as a test says, and that counts them. */
const setup = () => {
  const clock = manualClock();
  const stored = memoryResourceStore(clock);
  const state = { takes: 0.1, lists: 0, held: Promise.resolve() };
  const store: ResourceStore = {
    ...stored,
    list: async function* (prefix, until) {
      state.lists += 1;
      const names = await Array.fromAsync(stored.list(prefix, until));
      await state.held;
      if (prefix.includes("datasets")) clock.pass(state.takes);
      yield* names;
    },
  };
  const put = (key: string) =>
    store.write(
      key as ObjectKey,
      { contentType: "text/plain", body: streamOf("x") },
      { kind: "none" },
      signal,
    );
  return {
    clock,
    state,
    put,
    store,
    listings: cachedListings(listings({ store, pause: async () => undefined }), clock),
  };
};

const namesOf = async (d: ReturnType<typeof setup>, until = signal) =>
  (await d.listings.of(group, until)).datasets.map(({ parts }) => parts.join("/"));

/** Of the store, for one listing: datasets and narratives. */
const once = 2;

describe("listings", () => {
  it("ask the store once for all who ask at the same time", async () => {
    const d = setup();
    await d.put("lake/datasets/a.json");
    const all = await Promise.all(Array.from({ length: 50 }, () => namesOf(d)));
    expect(new Set(all.map(String))).toEqual(new Set(["a"]));
    expect(d.state.lists).toBe(once);
  });

  it("ask again only after ten times as long as it took, and after two seconds at the latest", async () => {
    const d = setup();
    for (const [takes, isKnownFor] of [
      [0.1, 1],
      [5, 2],
    ] as const) {
      d.listings.invalidate(group);
      d.state.takes = takes;
      d.state.lists = 0;
      await namesOf(d);
      d.clock.pass(isKnownFor - 0.01);
      await namesOf(d);
      expect(d.state.lists).toBe(once);
      d.clock.pass(0.02);
      await namesOf(d);
      expect(d.state.lists).toBe(2 * once);
    }
  });

  it("show what is there now when a listing takes no time, or the clock was set back", async () => {
    const d = setup();
    d.state.takes = 0;
    expect(await namesOf(d)).toEqual([]);
    await d.put("lake/datasets/a.json");
    expect(await namesOf(d)).toEqual(["a"]);
    d.state.takes = 0.1;
    await namesOf(d);
    await d.put("lake/datasets/b.json");
    d.clock.pass(-3600);
    expect(await namesOf(d)).toEqual(["a", "b"]);
  });

  it("are of one group each", async () => {
    const d = setup();
    await d.put("lake/datasets/a.json");
    await namesOf(d);
    expect((await d.listings.of(privateGroup.name, signal)).datasets).toEqual([]);
  });

  it("begin anew for those who ask after a change, while an older one is under way and when it has ended", async () => {
    const d = setup();
    const held = Promise.withResolvers<void>();
    d.state.held = held.promise;
    const before = namesOf(d);
    await d.put("lake/datasets/a.json");
    d.listings.invalidate(group);
    const after = namesOf(d);
    held.resolve();
    expect([await before, await after]).toEqual([[], ["a"]]);
    expect(await namesOf(d)).toEqual(["a"]);
  });

  it("go on for the others when one leaves", async () => {
    const d = setup();
    const held = Promise.withResolvers<void>();
    d.state.held = held.promise;
    const leaving = new AbortController();
    const first = namesOf(d, leaving.signal);
    const second = namesOf(d);
    const reason = new Error("gone");
    leaving.abort(reason);
    await expect(first).rejects.toBe(reason);
    held.resolve();
    expect(await second).toEqual([]);
    expect(d.state.lists).toBe(once);
    await expect(namesOf(d, leaving.signal)).rejects.toBe(reason);
  });

  it("remember no failure", async () => {
    const d = setup();
    const down = new StoreDown();
    d.state.held = Promise.reject(down);
    await expect(namesOf(d)).rejects.toBe(down);
    d.state.held = Promise.resolve();
    expect(await namesOf(d)).toEqual([]);
  });
});
