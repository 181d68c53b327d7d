import type { Role } from "../../../../domain/identity/role.ts";
import { roles } from "../../../../domain/identity/role.ts";
import type { Member } from "../../../../domain/people/member.ts";
import type { LayoutData } from "../../pages/layout.ts";
import { renderPage } from "../../pages/template.ts";
import type { GroupHead } from "../group-head.ts";

export interface GroupMembersPage {
  readonly layout: LayoutData;
  readonly head: GroupHead;
  readonly members: readonly Member[];
}

const labels: Record<Role, string> = { viewers: "Viewer", editors: "Editor", owners: "Owner" };

/** `/groups/<name>/settings/members`. */
export const renderMembers = ({ layout, head, members }: GroupMembersPage): string =>
  renderPage("group-members", {
    layout,
    title: `"${head.name}" Group Members`,
    head,
    members: members
      .toSorted((a, b) => a.username.localeCompare(b.username, "en", { numeric: true }))
      .map((member) => ({
        username: member.username,
        roles: roles.filter((role) => member.roles.includes(role)).map((role) => labels[role]),
      })),
  });
