import { describe, expect, it } from "vitest";
import { withCachedUnicodeNames } from "../../../../src/app/caches/cached-unicode-names.ts";
import {
  nonNfcNamesIn,
  withUnicodeNormalization,
} from "../../../../src/app/usecases/resources/unicode-normalization.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { ObjectKey } from "../../../../src/domain/resources/object-key.ts";
import type { ResourceStore } from "../../../../src/ports/driven/resources/resource-store.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { dataSetup, signal, streamOf } from "./data-setup.ts";

const key = (name: string) => `blab/datasets/${name}.json` as ObjectKey;
const content = () => ({ contentType: "application/json", body: streamOf("{}") });
const always = { kind: "none" } as const;

/** A store that notes which of its methods were called. */
const watched = (store: ResourceStore) => {
  const clock = manualClock();
  const calls: string[] = [];
  const noted: ResourceStore = {
    roots: (stop) => store.roots(stop),
    usage: (prefix, stop) => store.usage(prefix, stop),
    list: (prefix, stop) => {
      calls.push("list");
      clock.pass(0.1);
      return store.list(prefix, stop);
    },
    read: (...given) => {
      calls.push("read");
      return store.read(...given);
    },
    stat: (...given) => {
      calls.push("stat");
      return store.stat(...given);
    },
    write: (...given) => {
      calls.push("write");
      return store.write(...given);
    },
    remove: (...given) => {
      calls.push("remove");
      return store.remove(...given);
    },
    ready: (stop) => store.ready(stop),
  };
  return { calls, clock, store: withCachedUnicodeNames(noted, clock), underneath: store };
};

const setup = async (...stored: string[]) => {
  const { store } = dataSetup();
  for (const name of stored) await store.write(key(name), content(), always, signal);
  return watched(store);
};

describe("the calls to a store", () => {
  it.each(["ncov", "two words", "R&D"])("are as many as without other forms for %s", async (name) => {
    const { calls, store } = await setup();
    await store.read(key(name), signal);
    await store.stat(key(name), signal);
    await store.write(key(name), content(), always, signal);
    await store.remove(key(name), always, signal);
    expect(calls).toEqual(["read", "stat", "write", "remove"]);
  });

  it("are as many when the name is stored in NFC", async () => {
    const { calls, store } = await setup("\u00eele");
    await store.read(key("\u00eele"), signal);
    await store.stat(key("\u00eele"), signal);
    expect(calls).toEqual(["read", "stat"]);
  });

  it("look for another form only where there is none in NFC", async () => {
    const { calls, store } = await setup("i\u0302le");
    expect(await store.stat(key("\u00eele"), signal)).toBeDefined();
    expect(calls).toEqual(["stat", "list", "stat"]);
    expect(await store.read(key("\u00eele"), signal)).toBeDefined();
  });

  it("say whether it is ready", async () => {
    const { store, underneath } = await setup();
    underneath.ready = () => Promise.reject(new Error("away"));
    await expect(store.ready(signal)).rejects.toThrow("away");
  });
});

describe("a folder", () => {
  const absent = (store: ResourceStore, count: number) =>
    Promise.all(Array.from({ length: count }, (_, at) => store.read(key(`\u00eele ${at}`), signal)));
  const listings = (calls: readonly string[]) => calls.filter((call) => call === "list").length;

  it("is listed once for all who ask at once for what is not there, and remembered for ten times as long", async () => {
    const { calls, clock, store } = await setup("two words", "\u00eele");
    expect(await absent(store, 50)).toEqual(Array(50).fill(undefined));
    clock.pass(0.99);
    await absent(store, 50);
    expect(listings(calls)).toBe(1);
    clock.pass(0.02);
    await absent(store, 50);
    expect(listings(calls)).toBe(2);
  });

  it("is not listed for a name of ASCII letters in a group whose name has others", async () => {
    const { calls, store } = await setup();
    await store.stat("\u00eele/group-logo.png" as ObjectKey, signal);
    expect(calls).toEqual(["stat"]);
  });

  it("shows what was written and removed at once, in whichever form it is stored", async () => {
    const { store, underneath } = await setup("i\u0302le");
    await absent(store, 1);
    await store.write(key("\u00e9t\u00e9"), content(), always, signal);
    expect(await store.stat(key("\u00e9t\u00e9"), signal)).toBeDefined();
    expect(await store.stat(key("\u00eele"), signal)).toBeDefined();
    await store.remove(key("\u00eele"), always, signal);
    expect(await store.stat(key("\u00eele"), signal)).toBeUndefined();
    await underneath.write(key("i\u0302le"), content(), always, signal);
    await store.write(key("\u00eele"), content(), always, signal);
    expect(await underneath.stat(key("\u00eele"), signal)).toBeUndefined();
    await absent(store, 1);
    await underneath.write(key("e\u0301te\u0301"), content(), always, signal);
    await store.remove(key("\u00e9t\u00e9"), always, signal);
    expect(await underneath.stat(key("e\u0301te\u0301"), signal)).toBeUndefined();
  });
});

describe("a change", () => {
  const nfc = key("\u00eele");
  const nfd = key("i\u0302le");

  it("is of the name in NFC where there are both forms, and of a name of ASCII letters itself", async () => {
    const { store, underneath } = await setup("i\u0302le", "\u00eele", "ncov");
    const before = await underneath.stat(nfd, signal);
    for (const changed of [nfc, key("ncov")]) {
      await store.write(changed, { ...content(), contentType: "text/plain" }, always, signal);
      expect((await underneath.stat(changed, signal))?.contentType).toBe("text/plain");
    }
    expect(await underneath.stat(nfd, signal)).toEqual(before);
    expect(await Array.fromAsync(underneath.list("blab/datasets/" as never, signal))).toHaveLength(3);
  });

  it("of a name that is stored in another form keeps the condition on that", async () => {
    const { store, underneath } = await setup("i\u0302le");
    const stored = await underneath.stat(nfd, signal);
    const condition = (etag: string | undefined) => ({ kind: "matches", etags: [etag] }) as never;
    expect(await store.remove(nfc, condition('"other"'), signal)).toBe("precondition-failed");
    expect(await underneath.stat(nfd, signal)).toEqual(stored);
    expect(await store.remove(nfc, condition(stored?.etag), signal)).toBe("done");
    expect(await underneath.stat(nfd, signal)).toBeUndefined();
  });

  it("invalidates the folder's names before and after it, also when it fails", async () => {
    const { underneath } = await setup();
    const steps: string[] = [];
    const forms = { of: async () => new Map(), invalidate: (folder: string) => void steps.push(folder) };
    underneath.write = async () => {
      steps.push("write");
      throw new StoreDown();
    };
    const store = withUnicodeNormalization(underneath, forms);
    await expect(store.write(nfc, content(), always, signal)).rejects.toThrow(StoreDown);
    expect(steps).toEqual(["blab/datasets/", "write", "blab/datasets/"]);
  });
});

it("a folder's names that are not in NFC are known by their form in NFC, and no others", async () => {
  const { underneath } = await setup("i\u0302le", "\u00eele", "ncov");
  const names = await nonNfcNamesIn(underneath, "blab/datasets/" as never, signal);
  expect([...names]).toEqual([["\u00eele.json", ["i\u0302le.json"]]]);
});

describe("a condition", () => {
  it("is about the object that is shown, and keeps all forms when it does not hold", async () => {
    const { store } = await setup("i\u0302le", "\u00eele");
    const seen = await store.stat(key("\u00eele"), signal);
    const other = { kind: "matches", etags: ['"other"'] } as never;
    expect(await store.remove(key("\u00eele"), other, signal)).toBe("precondition-failed");
    expect(await Array.fromAsync(store.list("blab/datasets/" as never, signal))).toHaveLength(2);
    const shown = { kind: "matches", etags: [seen?.etag] } as never;
    expect(await store.remove(key("\u00eele"), shown, signal)).toBe("done");
    expect(await Array.fromAsync(store.list("blab/datasets/" as never, signal))).toEqual([]);
  });
});
