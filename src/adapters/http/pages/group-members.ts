import type { Group } from "../../../domain/group.ts";
import type { Role } from "../../../domain/role.ts";
import type { Frame } from "./frame.ts";
import { renderPage } from "./template.ts";

export interface GroupMembersPage {
  readonly frame: Frame;
  readonly group: Group;
  /** "elsewhere": members are managed at the identity provider and cannot be listed here. */
  readonly members: readonly { readonly username: string; readonly roles: readonly Role[] }[] | "elsewhere";
}

/** `/groups/<name>/settings/members`. */
export const renderMembers = (content: GroupMembersPage): string =>
  renderPage("./group-members", { ...content, title: `"${content.group.name}" Group Members` });
