import { describe, expect, it } from "vitest";
import { objectRecords } from "../../../../src/adapters/records/object-records.ts";
import { recordSnapshot } from "../../../../src/app/usecases/records/record-snapshot.ts";
import { updateRecord } from "../../../../src/app/usecases/records/update-record.ts";
import type { JsonObject } from "../../../../src/domain/brand.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { RecordId, RecordKey } from "../../../../src/domain/records/record.ts";
import type { Records } from "../../../../src/ports/driven/records/records.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { memoryResourceStore } from "../../../support/memory/resource-store.ts";

const signal = new AbortController().signal;
const kind = "memberships";
const keyOf = (id: string): RecordKey => ({ kind, id: id as RecordId });

/** Numbers under `n`; anything else is damaged. */
const format = {
  parse: ({ n }: JsonObject) => (typeof n === "number" ? n : undefined),
  serialise: (n: number): JsonObject => ({ n }),
};

const setup = () => {
  const clock = manualClock();
  const log = recordingLog();
  const stored = objectRecords(memoryResourceStore(clock), "");
  const fault: { inList?: Error; in?: string; wait?: Promise<void> } = {};
  const reads: string[] = [];
  const records: Records = {
    ...stored,
    read: async (key, s) => {
      reads.push(key.id);
      if (key.id === fault.in) throw new StoreDown();
      const found = await stored.read(key, s);
      await fault.wait;
      return found;
    },
    list: (...args) => {
      if (fault.inList) throw fault.inList;
      return stored.list(...args);
    },
  };
  const copies = recordSnapshot({ records, kind, format, clock, log });
  const put = (id: string, value: JsonObject) => stored.write(keyOf(id), value, "any", signal);
  const values = async () => Object.fromEntries((await copies.current()).byId);
  return { clock, log, stored, fault, reads, copies, put, values };
};

describe("a copy of all records of a kind", () => {
  it("is read once, and anew after 5 seconds at the latest", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    expect(await s.values()).toEqual({ a: 1 });
    await s.put("a", { n: 2 });
    await s.put("b", { n: 3 });
    s.clock.pass(2.4);
    expect(await s.values()).toEqual({ a: 1 });
    expect(s.reads).toEqual(["a"]);
    s.clock.pass(2.6);
    expect(await s.values()).toEqual({ a: 2, b: 3 });
  });

  it("is read in the background while it is fresh enough, and by one request of many", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    await Promise.all([s.values(), s.values(), s.values()]);
    expect(s.reads).toEqual(["a"]);
    await s.put("a", { n: 2 });
    s.clock.pass(3);
    expect([await s.values(), await s.values()]).toEqual([{ a: 1 }, { a: 1 }]);
    await expect.poll(s.values).toEqual({ a: 2 });
    expect(s.reads).toEqual(["a", "a"]);
  });

  it("is read anew for who comes while a read takes very long, which then changes nothing", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    const slow = Promise.withResolvers<void>();
    s.fault.wait = slow.promise;
    const first = s.values();
    await expect.poll(() => s.reads).toEqual(["a"]);
    delete s.fault.wait;
    await s.put("a", { n: 2 });
    s.clock.pass(5);
    expect(await s.values()).toEqual({ a: 2 });
    slow.resolve();
    expect(await first).toEqual({ a: 1 });
    expect(await s.values()).toEqual({ a: 2 });
  });

  it("is read anew when the clock has been set back", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    await s.values();
    await s.put("a", { n: 2 });
    s.clock.pass(-60);
    expect(await s.values()).toEqual({ a: 2 });
  });

  it("stays the same object while nothing changes", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    const first = await s.copies.current();
    s.clock.pass(6);
    expect(await s.copies.current()).toBe(first);
    await s.put("b", { n: 1 });
    s.clock.pass(6);
    expect(await s.copies.current()).not.toBe(first);
  });

  it("knows at once what this instance has changed, also if it was being read at that moment", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    await s.values();
    s.clock.pass(6);
    const slow = Promise.withResolvers<void>();
    s.fault.wait = slow.promise;
    const reading = s.values();
    await expect.poll(() => s.reads).toEqual(["a", "a"]);
    await s.put("a", { n: 2 });
    s.copies.invalidate();
    const later = [s.values(), s.values()];
    slow.resolve();
    await reading;
    expect(await Promise.all(later)).toEqual([{ a: 2 }, { a: 2 }]);
    expect(await s.values()).toEqual({ a: 2 });
    expect(s.reads).toHaveLength(3);
  });

  it("comes within two reads, however often this instance changes something meanwhile", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    const changing = {
      ...s.stored,
      read: async (...args: Parameters<Records["read"]>) => {
        s.reads.push(args[0].id);
        if (s.reads.length > 50) throw new TypeError("it never ends");
        copies.invalidate();
        return s.stored.read(...args);
      },
    };
    const copies = recordSnapshot({ records: changing, kind, format, clock: s.clock, log: s.log });
    const first = copies.current();
    await expect.poll(() => s.reads).toHaveLength(1);
    await Promise.all([first, copies.current(), copies.current()]);
    expect(s.reads.length).toBeLessThanOrEqual(2);
  });

  it("says of a damaged record that nothing is known, tells its key once, and tries again after a second", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    await s.put("b", { n: "damaged" });
    const { byId, unknown } = await s.copies.current();
    expect([...byId.keys()]).toEqual(["a"]);
    expect(unknown.get("b" as RecordId)).toBeInstanceOf(StoreDown);
    s.clock.pass(1);
    await s.copies.current();
    expect(s.log.events).toMatchObject([{ event: "background", what: "reading the record memberships/b" }]);
    expect(String(s.log.events[0]?.["cause" as never])).toContain("memberships/b");
    await s.put("b", { n: 2 });
    s.clock.pass(1);
    expect(await s.values()).toEqual({ a: 1, b: 2 });
  });

  it("lacks a record that cannot be read, and is an outage when nothing can", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    await s.put("b", { n: 2 });
    s.fault.in = "a";
    const { byId, unknown } = await s.copies.current();
    expect([[...byId.keys()], [...unknown.keys()]]).toEqual([["b"], ["a"]]);
    s.fault.inList = new StoreDown();
    s.clock.pass(6);
    await expect(s.values()).rejects.toThrow(StoreDown);
  });

  it("tells of an outage in the background, and uses the copy for its 5 seconds", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    await s.values();
    s.fault.inList = new StoreDown();
    s.clock.pass(3);
    expect(await s.values()).toEqual({ a: 1 });
    await expect.poll(() => s.log.events).toMatchObject([{ event: "background" }]);
    s.clock.pass(2);
    await expect(s.values()).rejects.toThrow(StoreDown);
  });

  it("passes on what is no outage", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    const broken = recordSnapshot({
      records: { ...s.stored, read: () => Promise.reject(new TypeError("a bug")) },
      kind,
      format,
      clock: s.clock,
      log: s.log,
    });
    await expect(Promise.resolve(broken.current())).rejects.toThrow(TypeError);
  });

  it("is bounded in bytes", async () => {
    const s = setup();
    const text = "x".repeat(500);
    for (const id of ["a", "b"]) await s.put(id, { n: 1, text });
    const bounded = (maxBytes: number) =>
      recordSnapshot({ records: s.stored, kind, format, clock: s.clock, log: s.log, maxBytes });
    await bounded(1100).current();
    await expect(Promise.resolve(bounded(1000).current())).rejects.toMatchObject({
      cause: { message: expect.stringContaining("more than the 1000 that are read") },
    });
  });
});

describe("the change of a record", () => {
  it("is made again after a conflict, to what is stored then", async () => {
    const s = setup();
    await s.put("a", { n: 1 });
    const seen: (number | undefined)[] = [];
    const change = async (present: number | undefined) => {
      seen.push(present);
      if (seen.length === 1) await s.put("a", { n: 10 });
      return (present ?? 0) + 1;
    };
    await updateRecord(s.stored, format, keyOf("a"), change, signal);
    expect(seen).toEqual([1, 10]);
    expect((await s.stored.read(keyOf("a"), signal))?.value).toEqual({ n: 11 });
  });

  it("is not lost among 20 writers", async () => {
    const s = setup();
    const add = () => updateRecord(s.stored, format, keyOf("a"), (n) => (n ?? 0) + 1, signal);
    await Promise.all(Array.from({ length: 20 }, add));
    expect((await s.stored.read(keyOf("a"), signal))?.value).toEqual({ n: 20 });
  });

  it("gives up when others write all the time", async () => {
    const s = setup();
    let writes = 0;
    const change = async () => {
      writes += 1;
      await s.put("a", { n: writes });
      return 0;
    };
    await expect(updateRecord(s.stored, format, keyOf("a"), change, signal)).rejects.toThrow(StoreDown);
    expect(writes).toBe(20);
  });

  it("writes nothing when nothing changes, and nothing over a damaged record", async () => {
    const s = setup();
    await updateRecord(s.stored, format, keyOf("a"), () => "unchanged", signal);
    expect(await s.stored.read(keyOf("a"), signal)).toBeUndefined();
    await s.put("a", { n: "damaged" });
    await expect(updateRecord(s.stored, format, keyOf("a"), () => 1, signal)).rejects.toThrow(StoreDown);
    expect((await s.stored.read(keyOf("a"), signal))?.value).toEqual({ n: "damaged" });
  });
});
