import type { JsonObject, Seconds } from "../../../domain/brand.ts";
import type { CalendarDay } from "../../../domain/calendar-day.ts";
import { endOfDay, parseDay } from "../../../domain/calendar-day.ts";
import type { NormalisedGroupName } from "../../../domain/groups/group.ts";
import type { InvitationId } from "../../../domain/people/invitation.ts";
import type { RecordId, RecordKey } from "../../../domain/records/record.ts";
import type { Records } from "../../../ports/driven/records/records.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import { parseRecord } from "../records/update-record.ts";
import type { Background } from "../sessions/background.ts";

/** In which group's record an invitation is. */
export interface InvitationPointer {
  readonly group: NormalisedGroupName;
  readonly expires: CalendarDay;
}

/**
 * Lead from the hash of a secret to the group. A pointer is written before its invitation and removed after it; one
 * without an invitation leads nowhere. All methods that return a promise throw StoreDown.
 */
export interface InvitationPointers {
  add(id: InvitationId, pointer: InvitationPointer, signal: AbortSignal): Promise<void>;
  find(id: InvitationId, signal: AbortSignal): Promise<InvitationPointer | undefined>;
  /** In the background. */
  remove(id: InvitationId): void;
  /** Removes those that have expired, in the background and at most once a day. */
  sweep(): void;
}

interface Deps {
  readonly records: Records;
  readonly clock: Clock;
  readonly background: Background;
}

const schema = 1;

const format = {
  parse: (value: JsonObject): InvitationPointer | undefined => {
    const { schema: found, group } = value;
    const expires = parseDay(value["expires"]);
    return found === schema && typeof group === "string" && expires !== undefined
      ? { group: group as NormalisedGroupName, expires }
      : undefined;
  },
  serialise: ({ group, expires }: InvitationPointer): JsonObject => ({ schema, group, expires }),
};

const keyOf = (id: string): RecordKey => ({ kind: "invitations", id: id as RecordId });

const sweepInterval: Seconds = 86_400;

export const invitationPointers = ({ records, clock, background }: Deps): InvitationPointers => {
  let sweptAt = Number.NEGATIVE_INFINITY;
  const read = async (key: RecordKey, signal: AbortSignal) => {
    const stored = await records.read(key, signal);
    return stored && parseRecord(format, key, stored.value);
  };
  const removeExpired = async (): Promise<void> => {
    // The store limits the time of each of its answers.
    const { signal } = new AbortController();
    for await (const id of records.list("invitations", "", signal)) {
      const pointer = await read(keyOf(id), signal);
      if (pointer && endOfDay(pointer.expires) <= clock.now()) await records.remove(keyOf(id), "any", signal);
    }
  };
  return {
    add: async (id, pointer, signal) => {
      await records.write(keyOf(id), format.serialise(pointer), "any", signal);
    },
    find: (id, signal) => read(keyOf(id), signal),
    remove: (id) =>
      background.add("removing the pointer to an invitation", async () => {
        await records.remove(keyOf(id), "any", new AbortController().signal);
      }),
    sweep: () => {
      if (clock.now() - sweptAt < sweepInterval) return;
      sweptAt = clock.now();
      background.add("removing pointers to invitations that have expired", removeExpired);
    },
  };
};
