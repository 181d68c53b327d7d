import type { GroupName } from "../../../domain/groups/group.ts";
import type { Resource } from "../../../domain/resources/resource.ts";
import { resourcePath } from "../../../domain/resources/resource.ts";

/** Percent-encodes a path of this server, whose segments contain no slash. */
const encodePath = (path: string): string => `/${path.split("/").map(encodeSegment).join("/")}`;

/** `encodeURIComponent` throws on lone surrogates, which stored names may contain. */
const encodeSegment = (segment: string): string => encodeURIComponent(segment.toWellFormed());

export const groupHref = (group: GroupName): string => encodePath(`groups/${group}`);

/** The logo for everybody who may see the group's page; its settings are for members only. */
export const logoHref = (group: GroupName): string => encodePath(`logos/${group}`);

export const settingsHref = (group: GroupName, file?: "logo" | "overview" | "members"): string =>
  `${groupHref(group)}/settings${file === undefined ? "" : `/${file}`}`;

/** Where somebody asks for access to a group, which may not exist: `group` is as in the address, decoded. */
export const accessRequestHref = (group: string): string => encodePath(`groups/${group}/access-requests`);

export const resourceHref = (resource: Resource): string => encodePath(resourcePath(resource));
