import type { Group } from "../../../domain/group.ts";
import type { GroupInfo } from "../../../domain/group-info.ts";
import type { Listing } from "../../../ports/driving/resources.ts";
import type { Frame } from "./frame.ts";
import type { ResourceFilter } from "./resource-filter.ts";
import { renderPage } from "./template.ts";

export interface GroupPage {
  readonly frame: Frame;
  readonly group: Group;
  readonly info: GroupInfo;
  /** Undefined: it could not be read right now. */
  readonly listing: Listing | undefined;
  readonly filter: ResourceFilter;
  /** May write datasets and narratives. */
  readonly mayUpload: boolean;
  readonly mayEditSettings: boolean;
  readonly isMember: boolean;
  /** What the visitor asked for and does not exist: the page is then sent with status 404. */
  readonly missing?: { readonly kind: "dataset" | "narrative" | "setting"; readonly path: string };
}

/** `/groups/<name>`. */
export const renderGroup = (content: GroupPage): string =>
  renderPage("./group-page", { ...content, title: `"${content.group.name}" Group` });
