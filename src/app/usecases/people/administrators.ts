import { StoreDown } from "../../../domain/failure.ts";
import { isSamePerson } from "../../../domain/identity/person.ts";
import { withoutSlash } from "../../../domain/identity/role-group-mapping.ts";
import type { User, Username } from "../../../domain/identity/user.ts";
import type { AdministratorRecord } from "../../../domain/people/administrator.ts";
import { parseAdministrator, serialiseAdministrator } from "../../../domain/people/administrator.ts";
import type { RecordId } from "../../../domain/records/record.ts";
import { parseRecordId } from "../../../domain/records/record.ts";
import type { Records } from "../../../ports/driven/records/records.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { IdentifyCaller } from "../../../ports/driving/identify-caller.ts";
import type { RecordSnapshot } from "../records/record-snapshot.ts";
import { recordSnapshot } from "../records/record-snapshot.ts";
import type { RecordFormat } from "../records/update-record.ts";
import type { People } from "./people.ts";

interface Deps {
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Log;
  /** `ADMINISTRATORS`: each is bound to who last signed in under it, or else to the first person who comes. */
  readonly usernames: readonly string[];
  /** `ADMINISTRATOR_GROUPS`: groups of the provider. */
  readonly groups: readonly string[];
}

/** Who makes and closes groups. It gives nobody access to a group's data. */
export interface Administrators {
  /** The user, with what is known about being an administrator. */
  recognise(user: User): User | Promise<User>;
  /**
   * Binds each username of the setting that is not bound yet to whoever last signed in under it at this issuer, so that
   * somebody else to whom the name is given later is not taken for that person. Throws StoreDown.
   */
  bindKnown(people: Pick<People, "find">, issuer: string): Promise<void>;
}

/** The records of kind `administrators`. */
export const administratorFormat: RecordFormat<AdministratorRecord> = {
  parse: parseAdministrator,
  serialise: serialiseAdministrator,
};

export const administrators = (d: Deps): Administrators => {
  const usernames = new Set(d.usernames);
  const groups = new Set(d.groups.map(withoutSlash));
  const copies = recordSnapshot({ ...d, kind: "administrators", format: administratorFormat });
  return {
    recognise: (user) => {
      if (user.claimedGroups.some((group) => groups.has(group))) return { ...user, isAdministrator: true };
      const id = usernames.has(user.username) ? parseRecordId(user.username) : undefined;
      return id === undefined ? user : byUsername(d, copies, user, id);
    },
    bindKnown: async (people, issuer) => {
      // The store limits the time of each of its answers.
      const { signal } = new AbortController();
      for (const username of usernames) {
        const id = parseRecordId(username);
        if (id === undefined || (await find(copies, id))) continue;
        const known = await people.find(username as Username, signal);
        if (known?.person.issuer === issuer) await bind(d, copies, known, id);
      }
    },
  };
};

const byUsername = async (
  d: Deps,
  copies: RecordSnapshot<AdministratorRecord>,
  user: User,
  id: RecordId,
): Promise<User> => {
  try {
    const owner = (await find(copies, id)) ?? (await bind(d, copies, user, id));
    if (owner && isSamePerson(owner.person, user.person)) return { ...user, isAdministrator: true };
    return { ...user, isAdministrator: "another-person" };
  } catch (error) {
    if (!(error instanceof StoreDown)) throw error;
    return { ...user, isAdministrator: error };
  }
};

const find = async (copies: RecordSnapshot<AdministratorRecord>, id: RecordId) => {
  const { byId, unknown } = await copies.current();
  const outage = unknown.get(id);
  if (outage) throw outage;
  return byId.get(id);
};

/** This person becomes the administrator of the username; of several at once, one does. */
const bind = async (
  { records, clock, log }: Deps,
  copies: RecordSnapshot<AdministratorRecord>,
  { username, person }: Pick<User, "username" | "person">,
  id: RecordId,
): Promise<AdministratorRecord | undefined> => {
  const { signal } = new AbortController();
  const record = { person, boundAt: clock.now() };
  try {
    const key = { kind: "administrators", id } as const;
    const outcome = await records.write(key, administratorFormat.serialise(record), "absent", signal);
    if (outcome === "done") {
      log.write({ event: "administrator-bound", username, subject: person.subject });
      return record;
    }
  } finally {
    // After a failure too: a write whose answer was lost may have been applied.
    copies.invalidate();
  }
  return find(copies, id);
};

/** Identifies callers, and recognises administrators among them. */
export const withAdministrators =
  (identify: IdentifyCaller, known: Administrators): IdentifyCaller =>
  async (credentials) => {
    const caller = await identify(credentials);
    if (caller.kind !== "user") return caller;
    const recognised = known.recognise(caller.user);
    const user = recognised instanceof Promise ? await recognised : recognised;
    return user === caller.user ? caller : { kind: "user", user };
  };
