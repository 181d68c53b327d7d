import { dayOf } from "../../../domain/calendar-day.ts";
import type { User } from "../../../domain/identity/user.ts";
import type { PersonRecord } from "../../../domain/people/person-record.ts";
import {
  isSameSignIn,
  parsePersonRecord,
  providedRoles,
  serialisePerson,
} from "../../../domain/people/person-record.ts";
import type { RecordKey } from "../../../domain/records/record.ts";
import { parseRecordId } from "../../../domain/records/record.ts";
import type { Records } from "../../../ports/driven/records/records.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { IdentifyCaller } from "../../../ports/driving/identify-caller.ts";
import type { RecordFormat } from "../records/update-record.ts";
import { parseRecord } from "../records/update-record.ts";
import type { Background } from "../sessions/background.ts";

/** The records of kind `people`. */
export const personFormat: RecordFormat<PersonRecord> = {
  parse: parsePersonRecord,
  serialise: serialisePerson,
};

interface Deps {
  readonly records: Records;
  readonly background: Background;
  readonly clock: Clock;
}

/** Records in the background that somebody has signed in: nobody waits for the store's answer. */
export type RecordSignIn = (user: User) => void;

export const recordSignIn =
  ({ records, background, clock }: Deps): RecordSignIn =>
  (user) => {
    const { username, person, email } = user;
    const id = parseRecordId(username);
    // A username of hundreds of bytes is nobody's in practice, and has no record.
    if (id === undefined) return;
    const lastSignIn = dayOf(clock.now());
    const present: PersonRecord = {
      username,
      person,
      lastSignIn,
      ...(email === undefined ? {} : { email }),
      roles: providedRoles(user),
    };
    background.add("recording a sign-in", () => record(records, { kind: "people", id }, present));
  };

/**
 * Records also who comes with a Bearer token: the CLI's users log in at the provider, without coming by here. Each token
 * is looked at once, since its user is memoized with it.
 */
export const withBearerRecord = (identify: IdentifyCaller, recordUser: RecordSignIn): IdentifyCaller => {
  const recorded = new WeakSet<User>();
  return async (credentials) => {
    const caller = await identify(credentials);
    if (credentials.kind === "bearer" && caller.kind === "user" && !recorded.has(caller.user)) {
      recorded.add(caller.user);
      recordUser(caller.user);
    }
    return caller;
  };
};

const record = async (records: Records, key: RecordKey, present: PersonRecord): Promise<void> => {
  // The store limits the time of each of its answers.
  const { signal } = new AbortController();
  const stored = await records.read(key, signal);
  if (stored && isSameSignIn(parseRecord(personFormat, key, stored.value), present)) return;
  // After a conflict the record is that of another sign-in of this moment, which is as good.
  await records.write(key, serialisePerson(present), stored?.version ?? "absent", signal);
};
