import type { Group } from "../../../domain/groups/group.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import type { AccessRequest } from "../../../domain/people/access-request.ts";
import { parseAccessRequests, serialiseAccessRequests } from "../../../domain/people/access-request.ts";
import type { RecordId, RecordKey } from "../../../domain/records/record.ts";
import type { Records } from "../../../ports/driven/records/records.ts";
import { parseRecord, updateRecord } from "../records/update-record.ts";

/** A record for each group, with those who ask for access to it. All methods throw StoreDown. */
export interface AccessRequestRecords {
  read(group: Group, signal: AbortSignal): Promise<readonly AccessRequest[]>;
  /** By compare-and-set; see {@link updateRecord}. */
  update(
    group: Group,
    change: (present: readonly AccessRequest[]) => readonly AccessRequest[] | "unchanged",
    signal: AbortSignal,
  ): Promise<void>;
  /** Ends all requests of a group. */
  remove(group: Group, signal: AbortSignal): Promise<void>;
}

const format = { parse: parseAccessRequests, serialise: serialiseAccessRequests };

const keyOf = ({ name }: Group): RecordKey => ({
  kind: "access-requests",
  id: normaliseGroupName(name) as string as RecordId,
});

export const accessRequestRecords = (records: Records): AccessRequestRecords => ({
  read: async (group, signal) => {
    const stored = await records.read(keyOf(group), signal);
    return stored ? parseRecord(format, keyOf(group), stored.value) : [];
  },
  update: (group, change, signal) =>
    updateRecord<readonly AccessRequest[]>(
      records,
      format,
      keyOf(group),
      (stored) => change(stored ?? []),
      signal,
    ),
  remove: async (group, signal) => {
    await records.remove(keyOf(group), "any", signal);
  },
});
