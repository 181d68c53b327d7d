import { describe, expect, it } from "vitest";
import { objectRecords } from "../../../../src/adapters/records/object-records.ts";
import { groupAccess } from "../../../../src/app/usecases/groups/access.ts";
import { groupCatalogue } from "../../../../src/app/usecases/groups/group-catalogue.ts";
import { NotConfigured, StoreDown } from "../../../../src/domain/failure.ts";
import { normaliseGroupName } from "../../../../src/domain/groups/group.ts";
import { serialiseMadeGroup } from "../../../../src/domain/groups/made-group.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { RecordId } from "../../../../src/domain/records/record.ts";
import type { Records } from "../../../../src/ports/driven/records/records.ts";
import { noon } from "../../../domain/people/sample.ts";
import { groupName, privateGroup, publicGroup, userWith } from "../../../domain/sample.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { memoryResourceStore } from "../../../support/memory/resource-store.ts";

const signal = new AbortController().signal;

/** What was there at once, after a while. */
async function* held<T>(found: AsyncIterable<T>, wait: Promise<void>): AsyncGenerator<T> {
  const all = await Array.fromAsync(found);
  await wait;
  yield* all;
}

const setup = () => {
  const clock = manualClock();
  const log = recordingLog();
  const stored = objectRecords(memoryResourceStore(clock), "");
  const fault: { list?: Error; wait?: Promise<void> } = {};
  const calls: string[] = [];
  const records: Records = {
    ...stored,
    list: (...args) => {
      calls.push("list");
      if (fault.list) throw fault.list;
      return fault.wait ? held(stored.list(...args), fault.wait) : stored.list(...args);
    },
  };
  const inFile = [publicGroup, privateGroup];
  const file = {
    all: () => inFile,
    find: (name: string) =>
      inFile.find((group) => normaliseGroupName(group.name) === normaliseGroupName(name)),
  };
  const open = () => groupCatalogue({ file, records, clock, log });
  const put = (name: string, more: { isArchived?: true; isBeingDeleted?: boolean } = {}) =>
    stored.write(
      { kind: "groups", id: name.toLowerCase() as RecordId },
      serialiseMadeGroup({
        name: groupName(name),
        isPublic: true,
        madeBy: "ada",
        madeAt: noon,
        isBeingDeleted: false,
        ...more,
      }),
      "any",
      signal,
    );
  return { clock, log, stored, fault, calls, inFile, catalogue: open(), open, put };
};

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe("the groups", () => {
  it("are known with a change that this instance made while they were being read", async () => {
    const s = setup();
    const slow = Promise.withResolvers<void>();
    s.fault.wait = slow.promise;
    const first = s.catalogue.refresh();
    await expect.poll(() => s.calls).toHaveLength(1);
    delete s.fault.wait;
    await s.put("ant");
    s.catalogue.invalidate();
    const later = s.catalogue.refresh();
    slow.resolve();
    await Promise.all([first, later]);
    expect(s.catalogue.find("ant")).toBeDefined();
  });

  it("are those of the file in its order, then those made here by name, without those being deleted", async () => {
    const s = setup();
    await s.put("Zebra", { isArchived: true });
    await s.put("ant");
    await s.put("gone", { isBeingDeleted: true });
    await s.catalogue.refresh();
    expect(s.catalogue.all()).toEqual([
      ...s.inFile,
      { name: "ant", isPublic: true },
      { name: "Zebra", isPublic: true, isArchived: true },
    ]);
    expect(s.catalogue.find("ZEBRA")).toBe(s.catalogue.all()[3]);
    expect(s.catalogue.find("gone")).toBeUndefined();
    expect(s.catalogue.find("BLAB")).toBe(publicGroup);
  });

  it("are read once in 5 seconds at most, and cost nothing while they are fresh", async () => {
    const s = setup();
    await s.catalogue.refresh();
    await s.put("ant");
    s.clock.pass(2);
    expect(s.catalogue.refresh()).toBeUndefined();
    expect(s.calls).toEqual(["list"]);
    expect(s.catalogue.find("ant")).toBeUndefined();
    s.clock.pass(3);
    await s.catalogue.refresh();
    expect(s.catalogue.find("ant")).toBeDefined();
  });

  it("are read once for all requests that wait", async () => {
    const s = setup();
    await s.put("ant");
    await Promise.all([s.catalogue.refresh(), s.catalogue.refresh()]);
    expect(s.calls).toEqual(["list"]);
    expect(s.catalogue.find("ant")).toBeDefined();
  });

  it("are known here at once after a change by this instance", async () => {
    const s = setup();
    await s.catalogue.refresh();
    await s.put("ant");
    s.catalogue.invalidate();
    await s.catalogue.refresh();
    expect(s.catalogue.find("ant")).toBeDefined();
  });
});

describe("while the records cannot be read", () => {
  it("the file's go on, and any other name is an outage, whether there is such a group or not", async () => {
    const s = setup();
    await s.put("ant");
    s.fault.list = new StoreDown();
    expect(thrownBy(() => s.catalogue.find("ant"))).toBeInstanceOf(StoreDown);
    await s.catalogue.refresh();
    expect(s.catalogue.all()).toEqual(s.inFile);
    expect(s.catalogue.find("blab")).toBe(publicGroup);
    for (const name of ["ant", "unknown"]) expect(thrownBy(() => s.catalogue.find(name))).toBe(s.fault.list);
    expect(s.catalogue.find("no/name")).toBeUndefined();
  });

  it("nobody waits for them, it is told once, and it ends by itself", async () => {
    const s = setup();
    await s.put("ant");
    s.fault.list = new StoreDown();
    await s.catalogue.refresh();
    for (let request = 0; request < 3; request++) {
      expect(s.catalogue.refresh()).toBeUndefined();
      await new Promise(setImmediate);
    }
    expect(s.log.events.map(({ event }) => event)).toEqual(["background"]);
    delete s.fault.list;
    s.catalogue.refresh();
    await expect.poll(() => s.catalogue.all()).toHaveLength(3);
  });

  it("what was known is forgotten after 5 seconds", async () => {
    const s = setup();
    await s.put("ant");
    await s.catalogue.refresh();
    s.fault.list = new TypeError("a defect");
    s.clock.pass(5);
    await s.catalogue.refresh();
    expect(thrownBy(() => s.catalogue.find("ant"))).toMatchObject({ cause: s.fault.list });
  });

  it("a damaged one is an outage of every name that is not known", async () => {
    const s = setup();
    await s.put("ant");
    await s.stored.write({ kind: "groups", id: "broken" as RecordId }, { schema: 9 }, "any", signal);
    await s.catalogue.refresh();
    expect(s.catalogue.find("ant")).toBeDefined();
    for (const name of ["broken", "unknown"]) {
      expect(thrownBy(() => s.catalogue.find(name))).toBeInstanceOf(StoreDown);
    }
  });
});

describe("a private group of the file, while it is not known which groups were made here", () => {
  it.each(["an outage", "a damaged record"])(
    "looks to strangers like a name that may be one's: %s",
    async (what) => {
      const s = setup();
      if (what === "an outage") s.fault.list = new StoreDown();
      else await s.stored.write({ kind: "groups", id: "broken" as RecordId }, { schema: 9 }, "any", signal);
      await s.catalogue.refresh();
      const access = groupAccess({ catalogue: s.catalogue, audit: { record: () => undefined } });
      const open = (caller: Caller, name: string) => access.open(caller, name, { action: "read", path: "" });
      for (const caller of [anonymous, userWith("blab/owners")]) {
        const unknown = thrownBy(() => open(caller, "unknown"));
        expect(unknown).toBeInstanceOf(StoreDown);
        expect(thrownBy(() => open(caller, privateGroup.name))).toBe(unknown);
        expect(open(caller, publicGroup.name).group).toBe(publicGroup);
      }
      const member = userWith("blab-private/viewers");
      expect(open(member, privateGroup.name).group).toBe(privateGroup);
    },
  );
});

describe("a name that is in the file and was made here", () => {
  it("stops the start", async () => {
    const s = setup();
    await s.put("BLAB");
    const error = await s.catalogue.check().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotConfigured);
    expect(error).toMatchObject({ message: expect.stringContaining("the group BLAB was made") });
  });

  it("is the file's, and told, when the records could not be read at the start", async () => {
    const s = setup();
    await s.put("BLAB");
    s.fault.list = new StoreDown();
    await s.catalogue.check();
    delete s.fault.list;
    s.catalogue.refresh();
    await expect.poll(() => s.log.events).toContainEqual({ event: "groups-twice", groups: ["BLAB"] });
    expect(s.catalogue.find("blab")).toBe(publicGroup);
    expect(s.catalogue.all()).toEqual(s.inFile);
  });

  it("is the only reason not to start", async () => {
    const s = setup();
    await s.put("ant");
    await s.catalogue.check();
    expect(s.catalogue.find("ant")).toBeDefined();
  });
});
