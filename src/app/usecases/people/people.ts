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
  /** What the records say now; one reading serves all who ask meanwhile, so none of them can break it off. */
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
  const readAll = async (): Promise<readonly PersonRecord[]> => {
    // The store limits the time of each of its answers.
    const { signal } = new AbortController();
    const ids = await Array.fromAsync(records.list("people", "", signal));
    const all: PersonRecord[] = [];
    for (let start = 0; start < ids.length; start += batchSize) {
      const batch = ids.slice(start, start + batchSize);
      const found = await Promise.all(batch.map((id) => read(id, signal)));
      all.push(...found.filter((one) => one !== undefined));
    }
    return all;
  };
  return {
    find: async (username, signal) => {
      const id = parseRecordId(username);
      return id && read(id, signal);
    },
    all: oneAtATime(readAll),
  };
};

/** Runs once for all who ask while it runs: what they get began after they asked, and costs no more than for one. */
const oneAtATime = <T>(run: () => Promise<T>): (() => Promise<T>) => {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    next = undefined;
    const begun = run();
    running = begun;
    const settle = () => {
      if (running === begun) running = undefined;
    };
    begun.then(settle, settle);
    return begun;
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
};
