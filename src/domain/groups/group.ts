import type { Branded } from "../brand.ts";
import { NotAllowed } from "../failure.ts";

/** A group's canonical name: 3 to 50 ASCII letters, digits and hyphens (groups-and-authorization.md section 2). */
export type GroupName = Branded<"GroupName">;

/** A group's name in the form of lookups: NFKC, then lower case. */
export type NormalisedGroupName = Branded<"NormalisedGroupName">;

export interface Group {
  readonly name: GroupName;
  readonly isPublic: boolean;
  /** Nobody changes anything in it; absent: no. */
  readonly isArchived?: true;
}

export const parseGroupName = (text: string): GroupName | undefined =>
  /^[A-Za-z0-9-]{3,50}$/.test(text) ? (text as GroupName) : undefined;

const ascii = /^[\x20-\x7e]*$/;

/** ASCII names, which nearly all are, take a fast path: this runs several times in each request. */
export const normaliseGroupName = (text: string): NormalisedGroupName =>
  (ascii.test(text)
    ? text.toLowerCase()
    : text.normalize("NFKC").toLocaleLowerCase("en-US")) as NormalisedGroupName;

/** The failure of whoever would change something in an archived group. */
export const archived = () =>
  new NotAllowed(
    "This group is archived: nothing in it can be changed, by anybody, until an administrator opens it again.",
  );
