import type { Group } from "../../../domain/group.ts";
import type { Frame } from "./frame.ts";
import { renderPage } from "./template.ts";

export interface GroupSettingsPage {
  readonly frame: Frame;
  readonly group: Group;
  /** Without it the page only says which role is needed. */
  readonly mayEditSettings: boolean;
  /** The stored logo as a `data:` URL, or null when there is none. */
  readonly avatar: string | null;
  /** The stored overview with its front matter, and the tag that `If-Match` will be sent with. */
  readonly overview: { readonly text: string; readonly etag: string } | undefined;
}

/** `/groups/<name>/settings`. */
export const renderGroupSettings = (content: GroupSettingsPage): string =>
  renderPage("./group-settings", { ...content, title: `"${content.group.name}" Group Settings` });
