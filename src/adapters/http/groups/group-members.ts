import type { Group } from "../../../domain/groups/group.ts";
import type { Role } from "../../../domain/identity/role.ts";
import { roles } from "../../../domain/identity/role.ts";
import { groupHref } from "../pages/address.ts";
import type { Frame } from "../pages/frame.ts";
import { renderPage } from "../pages/template.ts";

export interface GroupMembersPage {
  readonly frame: Frame;
  readonly group: Group;
  /** "elsewhere": members are managed at the identity provider, and cannot be listed. */
  readonly members: readonly { readonly username: string; readonly roles: readonly Role[] }[] | "elsewhere";
}

const labels: Record<Role, string> = { viewers: "Viewer", editors: "Editor", owners: "Owner" };

/** `/groups/<name>/settings/members`. */
export const renderMembers = ({ frame, group, members }: GroupMembersPage): string =>
  renderPage("group-members", {
    frame,
    title: `"${group.name}" Group Members`,
    group,
    href: groupHref(group.name),
    members:
      members === "elsewhere"
        ? undefined
        : members
            .toSorted((a, b) => a.username.localeCompare(b.username, "en", { numeric: true }))
            .map((member) => ({
              username: member.username,
              roles: roles.filter((role) => member.roles.includes(role)).map((role) => labels[role]),
            })),
  });
