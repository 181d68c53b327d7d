import type { Group } from "../../../domain/groups/group.ts";
import type { Role } from "../../../domain/identity/role.ts";
import { groupHref } from "../pages/hrefs.ts";
import type { LayoutData } from "../pages/layout.ts";
import { renderPage } from "../pages/template.ts";

export interface OwnMembership {
  readonly group: Group;
  /** Least to most privileged; empty for who is named in a group without a role that is known here. */
  readonly roles: readonly Role[];
}

const labels: Record<Role, string> = { viewers: "Viewer", editors: "Editor", owners: "Owner" };

const toRow = ({ group: { name, isPublic }, roles }: OwnMembership) => ({
  name,
  isPublic,
  href: groupHref(name),
  roles: roles.map((role) => labels[role]),
});

/** `/whoami`. */
export const renderWhoami = (content: {
  readonly layout: LayoutData;
  readonly memberships: readonly OwnMembership[];
  /** What a user without a group can show to the operator; see `whoami.ts`. */
  readonly noRoles?: string | undefined;
}): string =>
  renderPage("whoami", {
    layout: content.layout,
    title: "Your account",
    noRoles: content.noRoles,
    groups: content.memberships
      .map(toRow)
      .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true })),
  });
