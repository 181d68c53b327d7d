import type { Role } from "../../../domain/identity/role.ts";
import { roles } from "../../../domain/identity/role.ts";
import type { LayoutData } from "../pages/layout.ts";
import { renderPage } from "../pages/template.ts";
import type { GroupHead } from "./group-head.ts";

export interface GroupMembersPage {
  readonly layout: LayoutData;
  readonly head: GroupHead;
  /** "external": members are managed at the identity provider, and cannot be listed. */
  readonly members: readonly { readonly username: string; readonly roles: readonly Role[] }[] | "external";
}

const labels: Record<Role, string> = { viewers: "Viewer", editors: "Editor", owners: "Owner" };

/** `/groups/<name>/settings/members`. */
export const renderMembers = ({ layout, head, members }: GroupMembersPage): string =>
  renderPage("group-members", {
    layout,
    title: `"${head.name}" Group Members`,
    head,
    members:
      members === "external"
        ? undefined
        : members
            .toSorted((a, b) => a.username.localeCompare(b.username, "en", { numeric: true }))
            .map((member) => ({
              username: member.username,
              roles: roles.filter((role) => member.roles.includes(role)).map((role) => labels[role]),
            })),
  });
