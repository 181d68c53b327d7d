import type { Group } from "../../../domain/groups/group.ts";
import { groupHref } from "../pages/hrefs.ts";
import type { LayoutData } from "../pages/layout.ts";
import { renderPage } from "../pages/template.ts";

const toLink = ({ name, isPublic }: Group) => ({ name, isPublic, href: groupHref(name) });

/** `/whoami`. */
export const renderWhoami = (content: {
  readonly layout: LayoutData;
  readonly memberships: readonly Group[];
  /** What a user without a group can show to the operator; see `whoami.ts`. */
  readonly noRoles?: string | undefined;
}): string => {
  const groups = content.memberships
    .map(toLink)
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  return renderPage("whoami", {
    layout: content.layout,
    title: "Who am I",
    noRoles: content.noRoles,
    privateGroups: groups.filter(({ isPublic }) => !isPublic),
    publicGroups: groups.filter(({ isPublic }) => isPublic),
  });
};
