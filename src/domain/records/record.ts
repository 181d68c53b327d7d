import type { Branded, JsonObject } from "../brand.ts";

/** A small durable document: who has signed in, who is in a group. */
export interface StoredRecord {
  readonly value: JsonObject;
  readonly version: RecordVersion;
}

/** Changes with each write of another value; opaque. */
export type RecordVersion = Branded<"RecordVersion">;

/** What records are about; each kind is a folder of the store. */
export type RecordKind =
  /** Who has signed in, by username. */
  | "people"
  /** Who has been given a role here, by the normalised name of the group. */
  | "memberships"
  /** To which group an invitation belongs, by the hash of its secret. */
  | "invitations"
  /** Who asks for access to a group, by its normalised name. */
  | "access-requests"
  /** To whom the usernames in `ADMINISTRATORS` belong. */
  | "administrators"
  /** The groups that administrators have made here, by normalised name. */
  | "groups";

/** Identifies a record among those of its kind. */
export type RecordId = Branded<"RecordId">;

export interface RecordKey {
  readonly kind: RecordKind;
  readonly id: RecordId;
}

/** In bytes, percent-encoded: what a file's name and an object's key have room for. */
const maxIdBytes = 200;

/** Undefined: no record can have this id, which is empty, too long, or not well-formed Unicode. */
export const parseRecordId = (text: string): RecordId | undefined =>
  text !== "" && text.isWellFormed() && encodeId(text as RecordId).length <= maxIdBytes
    ? (text as RecordId)
    : undefined;

/** An id as the name of a file or an object: no slash, no dot in front. */
export const encodeId = (id: RecordId): string => encodeURIComponent(id).replace(/^\./, "%2E");

/** Undefined: the name is not of an id. */
export const decodeId = (encoded: string): RecordId | undefined => {
  try {
    const id = parseRecordId(decodeURIComponent(encoded));
    return id !== undefined && encodeId(id) === encoded ? id : undefined;
  } catch {
    return undefined;
  }
};
