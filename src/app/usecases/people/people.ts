import type { Username } from "../../../domain/identity/user.ts";
import type { PersonRecord } from "../../../domain/people/person-record.ts";
import type { RecordId } from "../../../domain/records/record.ts";
import { parseRecordId } from "../../../domain/records/record.ts";
import type { Records } from "../../../ports/driven/records/records.ts";
import { parseRecord } from "../records/update-record.ts";
import { personFormat } from "./record-sign-in.ts";

/** Everybody who has signed in here. All methods throw StoreDown. */
export interface People {
  /** Undefined: nobody of this username has signed in. */
  find(username: Username, signal: AbortSignal): Promise<PersonRecord | undefined>;
  all(signal: AbortSignal): Promise<readonly PersonRecord[]>;
}

/** Records that are read at once. */
const batchSize = 16;

export const people = (records: Records): People => {
  const read = async (id: RecordId, signal: AbortSignal) => {
    const key = { kind: "people", id } as const;
    const stored = await records.read(key, signal);
    return stored && parseRecord(personFormat, key, stored.value);
  };
  return {
    find: async (username, signal) => {
      const id = parseRecordId(username);
      return id && read(id, signal);
    },
    all: async (signal) => {
      const ids = await Array.fromAsync(records.list("people", "", signal));
      const all: PersonRecord[] = [];
      for (let start = 0; start < ids.length; start += batchSize) {
        const batch = ids.slice(start, start + batchSize);
        const found = await Promise.all(batch.map((id) => read(id, signal)));
        all.push(...found.filter((one) => one !== undefined));
      }
      return all;
    },
  };
};
