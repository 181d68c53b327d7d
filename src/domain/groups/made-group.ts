import type { JsonObject, Seconds } from "../brand.ts";
import type { Group } from "./group.ts";
import { parseGroupName } from "./group.ts";

/** A group that an administrator has made here: a record for each. */
export interface MadeGroup extends Group {
  /** The username of the administrator. */
  readonly madeBy: string;
  readonly madeAt: Seconds;
  /** It is a group no more, and what it had is being removed. */
  readonly isBeingDeleted: boolean;
}

const schema = 1;

export const serialiseMadeGroup = (group: MadeGroup): JsonObject => ({
  schema,
  name: group.name,
  isPublic: group.isPublic,
  isArchived: group.isArchived ?? false,
  madeBy: group.madeBy,
  madeAt: group.madeAt,
  isBeingDeleted: group.isBeingDeleted,
});

/** Undefined: it has another shape, be it damaged or of a newer version of the server. */
export const parseMadeGroup = (value: JsonObject): MadeGroup | undefined => {
  const { isPublic, isArchived, madeBy, madeAt, isBeingDeleted } = value;
  const name = typeof value["name"] === "string" ? parseGroupName(value["name"]) : undefined;
  const isWhole =
    value["schema"] === schema &&
    name !== undefined &&
    typeof isPublic === "boolean" &&
    typeof isArchived === "boolean" &&
    typeof madeBy === "string" &&
    typeof madeAt === "number" &&
    typeof isBeingDeleted === "boolean";
  return isWhole
    ? { name, isPublic, ...(isArchived ? { isArchived } : {}), madeBy, madeAt, isBeingDeleted }
    : undefined;
};

/** What everybody else needs to know of it. */
export const groupOf = ({ name, isPublic, isArchived }: MadeGroup): Group => ({
  name,
  isPublic,
  ...(isArchived ? { isArchived } : {}),
});
