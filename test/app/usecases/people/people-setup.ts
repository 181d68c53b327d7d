import { objectRecords } from "../../../../src/adapters/records/object-records.ts";
import { people } from "../../../../src/app/usecases/people/people.ts";
import type { JsonObject } from "../../../../src/domain/brand.ts";
import {
  nobody,
  parseGroupPeople,
  serialiseGroupPeople,
} from "../../../../src/domain/people/group-people.ts";
import type { Membership } from "../../../../src/domain/people/membership.ts";
import type { PersonRecord } from "../../../../src/domain/people/person-record.ts";
import { serialisePerson } from "../../../../src/domain/people/person-record.ts";
import type { RecordId, RecordKind } from "../../../../src/domain/records/record.ts";
import { noon } from "../../../domain/people/sample.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { memoryResourceStore } from "../../../support/memory/resource-store.ts";

const { signal } = new AbortController();

/** Records in memory, at noon. */
export const peopleSetup = () => {
  const clock = manualClock(noon);
  const records = objectRecords(memoryResourceStore(clock), "");
  const put = (kind: RecordKind, id: string, value: JsonObject) =>
    records.write({ kind, id: id as RecordId }, value, "any", signal);
  const stored = async (kind: RecordKind, id: string) =>
    (await records.read({ kind, id: id as RecordId }, signal))?.value;
  return {
    clock,
    records,
    people: people(records),
    put,
    stored,
    give: (group: string, ...memberships: readonly Membership[]) =>
      put("memberships", group, serialiseGroupPeople({ ...nobody, memberships })),
    kept: async (group: string): Promise<readonly Membership[]> => {
      const value = await stored("memberships", group);
      return (value && parseGroupPeople(value)?.memberships) ?? [];
    },
    signedIn: async (...all: readonly PersonRecord[]) => {
      for (const one of all) await put("people", one.username, serialisePerson(one));
    },
  };
};
