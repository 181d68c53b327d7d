import { describe, expect, it } from "vitest";
import { foundInAnyForm } from "../../src/app/usecases/unicode-forms.ts";
import type { ObjectKey } from "../../src/domain/object-key.ts";
import type { ResourceStore } from "../../src/ports/driven/resource-store.ts";
import { dataSetup, signal, streamOf } from "./data-setup.ts";

const key = (name: string) => `blab/datasets/${name}.json` as ObjectKey;
const content = () => ({ contentType: "application/json", body: streamOf("{}") });
const always = { kind: "none" } as const;

/** A store that notes which of its methods were called. */
const watched = (store: ResourceStore) => {
  const calls: string[] = [];
  const noted: ResourceStore = {
    list: (prefix, stop) => {
      calls.push("list");
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
  return { calls, store: foundInAnyForm(noted) };
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
  });
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
