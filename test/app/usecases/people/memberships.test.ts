import { describe, expect, it } from "vitest";
import { objectRecords } from "../../../../src/adapters/records/object-records.ts";
import { memberships, withMemberships } from "../../../../src/app/usecases/people/memberships.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { User } from "../../../../src/domain/identity/user.ts";
import type { Membership } from "../../../../src/domain/people/membership.ts";
import { providedRoles } from "../../../../src/domain/people/person-record.ts";
import type { RecordId } from "../../../../src/domain/records/record.ts";
import type { Records } from "../../../../src/ports/driven/records/records.ts";
import { membershipOf, personOf, userNamed } from "../../../domain/people/sample.ts";
import { privateGroup, publicGroup } from "../../../domain/sample.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { memoryResourceStore } from "../../../support/memory/resource-store.ts";

const signal = new AbortController().signal;

const setup = () => {
  const clock = manualClock();
  const log = recordingLog();
  const stored = objectRecords(memoryResourceStore(clock), "");
  const fault: { write?: Error; list?: Error } = {};
  const writes: string[] = [];
  const records: Records = {
    ...stored,
    write: async (...args) => {
      writes.push(args[0].id);
      if (fault.write) throw fault.write;
      return stored.write(...args);
    },
    list: (...args) => {
      if (fault.list) throw fault.list;
      return stored.list(...args);
    },
  };
  const kept = memberships({ records, clock, log });
  const give = (group: typeof publicGroup, ...all: Membership[]) =>
    kept.update(group, (former) => ({ ...former, memberships: [...former.memberships, ...all] }), signal);
  const pending = (username: string) =>
    membershipOf(username, "editors", { person: undefined, addedAt: clock.now() });
  return { clock, log, stored, records, fault, writes, kept, give, pending };
};

const given = async (s: ReturnType<typeof setup>, user: User) => [
  ...((await s.kept.addTo(user)).givenRoles ?? []),
];

describe("memberships that are kept here", () => {
  it("are roles beside those of the provider, by the group's normalised name", async () => {
    const s = setup();
    await s.give(privateGroup, membershipOf("erin", "editors"), membershipOf("erin", "viewers"));
    await s.give(publicGroup, membershipOf("bob", "owners"));
    const user = await s.kept.addTo(userNamed("erin", "erin", "blab/viewers"));
    expect([...user.authzRoles]).toEqual(["blab/viewers", "blab-private/editors", "blab-private/viewers"]);
    expect([...(user.givenRoles ?? [])]).toEqual(["blab-private/editors", "blab-private/viewers"]);
    expect(user.unknownRoles).toBeUndefined();
  });

  it("hide no role that a group of the provider maps to as well", async () => {
    const s = setup();
    await s.give(privateGroup, membershipOf("erin", "owners"));
    const mapped = { ...userNamed("erin", "erin"), authzRoles: new Set(["blab-private/owners"]) };
    expect(providedRoles(await s.kept.addTo(mapped))).toEqual([
      { group: "blab-private", role: "owners", from: "mapping" },
    ]);
  });

  it("leave alone who has none", async () => {
    const s = setup();
    await s.give(publicGroup, membershipOf("bob", "owners"));
    const user = userNamed("erin");
    expect(await s.kept.addTo(user)).toBe(user);
  });

  it("that wait for a username are bound to who comes first, and nobody else of that name gets them", async () => {
    const s = setup();
    await s.give(privateGroup, s.pending("erin"));
    await s.give(publicGroup, s.pending("erin"), s.pending("bob"));
    expect(await given(s, userNamed("erin", "first"))).toEqual(["blab-private/editors", "blab/editors"]);
    expect(await given(s, userNamed("erin", "second"))).toEqual([]);
    expect(await given(s, userNamed("erin", "first"))).toHaveLength(2);
    expect((await s.kept.read(publicGroup, signal)).memberships).toEqual([
      membershipOf("erin", "editors", {
        addedAt: s.clock.now(),
        person: personOf("first"),
        claimedAt: s.clock.now(),
      }),
      s.pending("bob"),
    ]);
    const bound = { event: "membership-bound", username: "erin", subject: "first" };
    expect(s.log.events).toEqual([
      { ...bound, group: "blab-private" },
      { ...bound, group: "blab" },
    ]);
  });

  it("go to one of twenty people who come under a username at once, whom the log tells", async () => {
    const s = setup();
    await s.give(privateGroup, s.pending("erin"));
    const all = Array.from({ length: 20 }, (_, index) => given(s, userNamed("erin", `erin ${index}`)));
    expect((await Promise.all(all)).filter((roles) => roles.length > 0)).toEqual([["blab-private/editors"]]);
    const [membership] = (await s.kept.read(privateGroup, signal)).memberships;
    expect(s.log.events).toEqual([
      {
        event: "membership-bound",
        group: "blab-private",
        username: "erin",
        subject: membership?.person?.subject,
      },
    ]);
  });

  it("wait for 30 days", async () => {
    const s = setup();
    await s.give(privateGroup, s.pending("erin"));
    s.clock.pass(30 * 86_400);
    expect(await given(s, userNamed("erin"))).toEqual([]);
  });

  it("take effect at once where they are changed, and within 5 seconds elsewhere", async () => {
    const s = setup();
    const elsewhere = memberships(s);
    const erin = userNamed("erin");
    await elsewhere.addTo(erin);
    await s.kept.addTo(erin);
    await s.give(privateGroup, membershipOf("erin", "editors"));
    expect(await given(s, erin)).toEqual(["blab-private/editors"]);
    s.clock.pass(5);
    expect([...((await elsewhere.addTo(erin)).givenRoles ?? [])]).toEqual(["blab-private/editors"]);
  });

  it("that cannot be bound are an outage of that group, for this person", async () => {
    const s = setup();
    await s.give(privateGroup, s.pending("erin"));
    await s.give(publicGroup, membershipOf("erin", "viewers"));
    s.fault.write = new StoreDown();
    const user = await s.kept.addTo(userNamed("erin"));
    expect([...(user.givenRoles ?? [])]).toEqual(["blab/viewers"]);
    expect(user.unknownRoles).toEqual({ groups: new Set(["blab-private"]), cause: s.fault.write });
    s.fault.write = new TypeError("a bug");
    await expect(Promise.resolve(s.kept.addTo(userNamed("erin")))).rejects.toThrow(TypeError);
  });

  it("are an outage of their group when its record is damaged, and of all when the store is away", async () => {
    const s = setup();
    const key = { kind: "memberships", id: "blab" as RecordId } as const;
    await s.stored.write(key, { schema: 9 }, "any", signal);
    const erin = userNamed("erin", "erin", "blab/viewers");
    const user = await s.kept.addTo(erin);
    expect(user.unknownRoles?.groups).toEqual(new Set(["blab"]));
    expect([...user.authzRoles]).toEqual(["blab/viewers"]);
    await expect(s.kept.read(publicGroup, signal)).rejects.toThrow(StoreDown);
    s.fault.list = new StoreDown();
    s.clock.pass(6);
    expect(await s.kept.addTo(erin)).toMatchObject({ unknownRoles: { groups: "all", cause: s.fault.list } });
    s.fault.list = new TypeError("a bug");
    await expect(Promise.resolve(s.kept.addTo(erin))).rejects.toThrow(TypeError);
  });

  it("are known at once after a write whose answer was lost", async () => {
    const s = setup();
    const erin = userNamed("erin");
    await s.kept.addTo(erin);
    const lost = memberships({
      ...s,
      records: {
        ...s.records,
        write: async (...args) => {
          await s.stored.write(...args);
          throw new StoreDown();
        },
      },
    });
    await lost.addTo(erin);
    const change = () => ({ memberships: [membershipOf("erin", "editors")], invitations: [] });
    await expect(lost.update(privateGroup, change, signal)).rejects.toThrow(StoreDown);
    expect([...((await lost.addTo(erin)).givenRoles ?? [])]).toEqual(["blab-private/editors"]);
  });
});

describe("callers", () => {
  it("are identified with what they have been given, if they are users and roles are kept here", async () => {
    const s = setup();
    await s.give(privateGroup, membershipOf("erin", "editors"));
    const erin: Caller = { kind: "user", user: userNamed("erin") };
    const identified = (caller: Caller, kept?: typeof s.kept) =>
      withMemberships(async () => caller, kept)({ kind: "none" });
    expect(await identified(erin, s.kept)).toMatchObject({
      user: { givenRoles: new Set(["blab-private/editors"]) },
    });
    expect(await identified(erin)).toBe(erin);
    expect(await identified(anonymous, s.kept)).toBe(anonymous);
  });
});
