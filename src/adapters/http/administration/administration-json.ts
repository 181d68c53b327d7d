import type { JsonObject } from "../../../domain/brand.ts";
import { BadRequest } from "../../../domain/failure.ts";
import type { Resource } from "../../../domain/resources/resource.ts";
import { pathInGroup } from "../../../domain/resources/resource.ts";
import type { AdministeredGroup, NewGroup, Visibility } from "../../../ports/driving/group-administration.ts";
import type { Listing } from "../../../ports/driving/resources.ts";

/** A group in JSON; without `contents` while the store does not answer. */
export const groupJson = (group: AdministeredGroup) => ({
  name: group.name,
  visibility: group.isPublic ? "public" : "private",
  archived: group.isArchived,
  madeHere: group.isMadeHere,
  ...(group.isBeingDeleted ? { beingDeleted: true } : {}),
  owners: group.owners,
  pendingOwners: group.pendingOwners,
  ...group.contents,
});

const namesOf = (resources: readonly Resource[]) => resources.map(pathInGroup);

/** What anybody could see if a group became public. */
export const visibleJson = ({ datasets, narratives }: Listing) => ({
  datasets: namesOf(datasets),
  narratives: namesOf(narratives),
});

/** Throws BadRequest. */
export const parseVisibility = (value: unknown): Visibility => {
  if (value === "private" || value === "public") return value;
  throw new BadRequest('The visibility has to be "private" or "public".');
};

const optionalText = (value: unknown, name: string): string | undefined => {
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  throw new BadRequest(`The ${name} has to be a text.`);
};

/** Throws BadRequest. */
export const parseNewGroup = (body: JsonObject): NewGroup => ({
  name: optionalText(body["name"], "name") ?? "",
  visibility: parseVisibility(body["visibility"]),
  owner: optionalText(body["owner"], "owner"),
});

export type GroupChange =
  | { readonly change: "visibility"; readonly visibility: Visibility; readonly confirmed: boolean }
  | { readonly change: "archived"; readonly isArchived: boolean }
  | { readonly change: "owner"; readonly owner: string };

/** One change at a time, so that each is done or refused as a whole. Throws BadRequest. */
export const parseChange = (body: JsonObject): GroupChange => {
  const { visibility, archived, owner, confirm, ...others } = body;
  const given = [visibility, archived, owner].filter((value) => value !== undefined);
  if (given.length !== 1 || Object.keys(others).length > 0) {
    throw new BadRequest('Change one of these: "visibility" (with "confirm"), "archived", "owner".');
  }
  if (visibility !== undefined) {
    return { change: "visibility", visibility: parseVisibility(visibility), confirmed: confirm === true };
  }
  if (archived === undefined) return { change: "owner", owner: optionalText(owner, "owner") ?? "" };
  if (typeof archived !== "boolean") throw new BadRequest("Whether it is archived has to be true or false.");
  return { change: "archived", isArchived: archived };
};
