import { BadRequest } from "../../../domain/failure.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import type { NewGroup } from "../../../ports/driving/group-administration.ts";
import type { GroupChange } from "./administration-json.ts";
import { parseVisibility } from "./administration-json.ts";

/** What the page's forms ask for; all of them go to one address. */
export type GroupForm = GroupChange | { readonly change: "delete"; readonly withData: boolean };

const textIn = (form: URLSearchParams, name: string): string => form.get(name)?.trim() ?? "";

/** An empty field is none. Throws BadRequest. */
export const parseNewGroupForm = (form: URLSearchParams): NewGroup => ({
  name: textIn(form, "name"),
  visibility: parseVisibility(form.get("visibility")),
  owner: textIn(form, "owner") || undefined,
});

/** @param name The group's, which has to be typed before it is deleted. Throws BadRequest. */
export const parseGroupForm = (form: URLSearchParams, name: string): GroupForm => {
  switch (form.get("action")) {
    case "visibility":
      return {
        change: "visibility",
        visibility: parseVisibility(form.get("visibility")),
        confirmed: form.get("confirm") === "true",
      };
    case "archive":
    case "reopen":
      return { change: "archived", isArchived: form.get("action") === "archive" };
    case "owner":
      return { change: "owner", owner: textIn(form, "owner") };
    case "delete":
      if (normaliseGroupName(textIn(form, "name")) !== normaliseGroupName(name)) {
        throw new BadRequest("Type the group's name to delete it. Nothing was deleted.");
      }
      return { change: "delete", withData: form.get("withData") === "true" };
    default:
      throw new BadRequest("There is no such action.");
  }
};
