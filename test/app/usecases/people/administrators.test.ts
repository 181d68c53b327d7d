import { describe, expect, it } from "vitest";
import { objectRecords } from "../../../../src/adapters/records/object-records.ts";
import { administrators, withAdministrators } from "../../../../src/app/usecases/people/administrators.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { User } from "../../../../src/domain/identity/user.ts";
import type { RecordId } from "../../../../src/domain/records/record.ts";
import type { Records } from "../../../../src/ports/driven/records/records.ts";
import { personOf, recordOf, userNamed } from "../../../domain/people/sample.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { memoryResourceStore } from "../../../support/memory/resource-store.ts";

const signal = new AbortController().signal;
const key = { kind: "administrators", id: "ada" as RecordId } as const;

const setup = () => {
  const clock = manualClock();
  const log = recordingLog();
  const stored = objectRecords(memoryResourceStore(clock), "");
  const fault: { all?: Error; write?: Error } = {};
  const calls: string[] = [];
  const records: Records = {
    ...stored,
    list: (...args) => {
      calls.push("list");
      if (fault.all) throw fault.all;
      return stored.list(...args);
    },
    write: async (...args) => {
      calls.push("write");
      if (fault.write) throw fault.write;
      return stored.write(...args);
    },
  };
  const known = administrators({ records, clock, log, usernames: ["ada"], groups: ["/it-staff"] });
  const isAdministrator = async (user: User) => (await known.recognise(user)).isAdministrator;
  return { clock, log, stored, records, fault, calls, known, isAdministrator };
};

describe("administrators", () => {
  it("are the first person who comes under a username of the setting, and nobody else of that name", async () => {
    const s = setup();
    expect(await s.isAdministrator(userNamed("ada", "first"))).toBe(true);
    expect(await s.isAdministrator(userNamed("ada", "second"))).toBe("another-person");
    expect(await s.isAdministrator(userNamed("ada", "first"))).toBe(true);
    expect(s.log.events).toEqual([{ event: "administrator-bound", username: "ada", subject: "first" }]);
    expect((await s.stored.read(key, signal))?.value).toMatchObject({ schema: 1, subject: "first" });
  });

  it("are who last signed in under the username, if somebody has, and not who has the name later", async () => {
    const s = setup();
    const person = personOf("first");
    const find = async (username: string) => (username === "ada" ? recordOf("ada", { person }) : undefined);
    await s.known.bindKnown({ find }, "https://former.example.org");
    expect((await s.stored.read(key, signal))?.value).toBeUndefined();
    await s.known.bindKnown({ find }, person.issuer);
    await s.known.bindKnown(
      { find: async () => recordOf("ada", { person: personOf("second") }) },
      person.issuer,
    );
    expect(s.log.events).toEqual([{ event: "administrator-bound", username: "ada", subject: "first" }]);
    expect(await s.isAdministrator(userNamed("ada", "second"))).toBe("another-person");
    expect(await s.isAdministrator(userNamed("ada", "first"))).toBe(true);
  });

  it("wait for the first who comes, if nobody of the username has signed in, or none can have a record", async () => {
    const s = setup();
    await s.known.bindKnown({ find: async () => undefined }, "https://idp.example.org");
    const long = administrators({ ...s, usernames: ["x".repeat(300)], groups: [] });
    await long.bindKnown({ find: () => expect.unreachable() }, "https://idp.example.org");
    expect(s.calls).not.toContain("write");
    expect(await s.isAdministrator(userNamed("ada", "second"))).toBe(true);
  });

  it("are one of twenty people who come under a username at once", async () => {
    const s = setup();
    const all = Array.from({ length: 20 }, (_, index) => s.isAdministrator(userNamed("ada", `ada ${index}`)));
    expect((await Promise.all(all)).filter((found) => found === true)).toHaveLength(1);
    expect(s.log.events).toHaveLength(1);
  });

  it("are one of twenty on twenty instances", async () => {
    const s = setup();
    const all = Array.from({ length: 20 }, (_, index) =>
      administrators({ ...s, usernames: ["ada"], groups: [] }).recognise(userNamed("ada", `ada ${index}`)),
    );
    expect((await Promise.all(all)).filter((user) => user.isAdministrator === true)).toHaveLength(1);
  });

  it("are the members of a group of the provider, with or without Keycloak's slash, which costs no look-up", async () => {
    const s = setup();
    expect(await s.isAdministrator(userNamed("bea", "bea", "it-staff"))).toBe(true);
    expect(await s.isAdministrator(userNamed("ada", "second", "/it-staff"))).toBe(true);
    expect(s.calls).toEqual([]);
  });

  it("are looked up for their usernames alone", async () => {
    const s = setup();
    const user = userNamed("erin", "erin", "it-staff/owners");
    expect(await s.known.recognise(user)).toBe(user);
    expect(s.calls).toEqual([]);
  });

  it("are not known while the store is away, nor when the record is damaged", async () => {
    const s = setup();
    s.fault.all = new StoreDown();
    expect(await s.isAdministrator(userNamed("ada"))).toBe(s.fault.all);
    delete s.fault.all;
    s.fault.write = new StoreDown();
    expect(await s.isAdministrator(userNamed("ada"))).toBe(s.fault.write);
    delete s.fault.write;
    await s.stored.write(key, { schema: 99 }, "absent", signal);
    s.clock.pass(5);
    expect(await s.isAdministrator(userNamed("ada"))).toBeInstanceOf(StoreDown);
    expect((await s.stored.read(key, signal))?.value).toEqual({ schema: 99 });
  });

  it("are not made by a fault of the program", async () => {
    const s = setup();
    s.fault.all = new TypeError("a defect");
    await expect(s.isAdministrator(userNamed("ada"))).rejects.toBe(s.fault.all);
  });

  it("are recognised among callers, of whom only users are looked at", async () => {
    const s = setup();
    const as = (user: User) =>
      withAdministrators(async () => ({ kind: "user", user }), s.known)({ kind: "none" });
    expect(await as(userNamed("ada"))).toMatchObject({ user: { isAdministrator: true } });
    expect(await withAdministrators(async () => anonymous, s.known)({ kind: "none" })).toBe(anonymous);
  });
});
