import type { Group } from "../../../domain/groups/group.ts";
import { groupHref } from "../pages/address.ts";
import type { Frame } from "../pages/frame.ts";
import { renderPage } from "../pages/template.ts";

const linkOf = ({ name, isPublic }: Group) => ({ name, isPublic, href: groupHref(name) });

/** `/whoami`. */
export const renderWhoami = (content: {
  readonly frame: Frame;
  readonly memberships: readonly Group[];
  /** What a user without a group can show to the operator; see `whoami.ts`. */
  readonly noRoles?: string | undefined;
}): string => {
  const groups = content.memberships
    .map(linkOf)
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  return renderPage("whoami", {
    frame: content.frame,
    title: "Who am I",
    noRoles: content.noRoles,
    privateGroups: groups.filter(({ isPublic }) => !isPublic),
    publicGroups: groups.filter(({ isPublic }) => isPublic),
  });
};
