import type { Group } from "../../../domain/group.ts";
import type { Listing } from "../../../ports/driving/resources.ts";
import type { Frame } from "./frame.ts";
import type { ResourceFilter } from "./resource-filter.ts";
import { renderPage } from "./template.ts";

export interface ListedGroup {
  readonly group: Group;
  /** Undefined: it could not be read right now. */
  readonly listing: Listing | undefined;
}

/** `/groups`: all groups the visitor may see and what is in them. */
export const renderListing = (content: {
  readonly frame: Frame;
  readonly groups: readonly ListedGroup[];
  readonly filter: ResourceFilter;
}): string => renderPage("./group-listing", { ...content, title: "Groups" });
