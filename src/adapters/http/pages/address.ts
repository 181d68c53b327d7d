import type { GroupName } from "../../../domain/groups/group.ts";
import type { Resource } from "../../../domain/resources/resource.ts";
import { resourcePath } from "../../../domain/resources/resource.ts";

/** A path of this server, percent-encoded segment by segment; no segment holds a slash. */
const encoded = (path: string): string => `/${path.split("/").map(encodeSegment).join("/")}`;

/** Stored names may be anything; a lone surrogate would make `encodeURIComponent` throw. */
const encodeSegment = (segment: string): string => encodeURIComponent(segment.toWellFormed());

export const groupHref = (group: GroupName): string => encoded(`groups/${group}`);

/** Where a group's logo is for whoever may see its page. */
export const logoHref = (group: GroupName): string => encoded(`logos/${group}`);

export const settingsHref = (group: GroupName, file?: "logo" | "overview" | "members"): string =>
  `${groupHref(group)}/settings${file === undefined ? "" : `/${file}`}`;

export const resourceHref = (resource: Resource): string => encoded(resourcePath(resource));
