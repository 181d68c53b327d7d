import { join } from "node:path";
import { filesystemResourceStore } from "../../src/adapters/filesystem/resources/resource-store.ts";
import { objectRecords } from "../../src/adapters/records/object-records.ts";
import { systemClock } from "../../src/adapters/system/clock.ts";
import type { JsonObject } from "../../src/domain/brand.ts";
import type { CalendarDay } from "../../src/domain/calendar-day.ts";
import type { GroupPeople } from "../../src/domain/people/group-people.ts";
import { nobody, parseGroupPeople, serialiseGroupPeople } from "../../src/domain/people/group-people.ts";
import type { Membership } from "../../src/domain/people/membership.ts";
import type { RecordId } from "../../src/domain/records/record.ts";
import type { ExpectedRecord } from "../../src/ports/driven/records/records.ts";

/** The group whose roles are kept here, and what everybody with a role in it may read. */
export const keptGroup = "test-kept";
export const keptPath = `/groups/${keptGroup}/settings/roles`;

/** The record of the group's memberships, as who has access to the store sees it. */
export interface GroupRecord {
  /** The role of a username; undefined: it has none. */
  find(username: string): Promise<Membership | undefined>;
  /** Sets the last day of a username's role. False: somebody else was quicker, or there is none. */
  setLastDay(username: string, until: CalendarDay): Promise<boolean>;
  /** Replaces it by something that cannot be parsed; the function that it returns restores it. */
  damage(value: JsonObject): Promise<(() => Promise<void>) | undefined>;
  close(): Promise<void>;
}

export const groupRecord = (dataFolder: string): GroupRecord => {
  const log = { write: () => undefined };
  const folder = join(dataFolder, "records");
  const store = filesystemResourceStore({ folder, clock: systemClock(), log });
  const records = objectRecords(store, "");
  const { signal } = new AbortController();
  const key = { kind: "memberships", id: keptGroup as string as RecordId } as const;
  const write = (value: JsonObject, expected: ExpectedRecord) => records.write(key, value, expected, signal);
  const read = () => records.read(key, signal);
  const parsed = (value: JsonObject | undefined): GroupPeople => {
    const people = value ? parseGroupPeople(value) : nobody;
    if (!people) throw new Error("The record of the group is damaged.");
    return people;
  };
  return {
    find: async (username) => {
      const { memberships } = parsed((await read())?.value);
      return memberships.find((one) => one.username === username);
    },
    setLastDay: async (username, until) => {
      const stored = await read();
      const people = parsed(stored?.value);
      if (!stored || !people.memberships.some((one) => one.username === username)) return false;
      const memberships = people.memberships.map((one) =>
        one.username === username ? { ...one, until } : one,
      );
      return (await write(serialiseGroupPeople({ ...people, memberships }), stored.version)) === "done";
    },
    damage: async (value) => {
      const stored = await read();
      if (!stored || (await write(value, stored.version)) !== "done") return undefined;
      return async () => void (await write(stored.value, "any"));
    },
    close: () => store.close(),
  };
};
