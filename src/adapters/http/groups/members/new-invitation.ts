import type { GroupName } from "../../../../domain/groups/group.ts";
import type { CreatedInvitation } from "../../../../ports/driving/people/group-invitations.ts";
import { settingsHref } from "../../pages/hrefs.ts";
import type { LayoutData } from "../../pages/layout.ts";
import { renderPage } from "../../pages/template.ts";
import type { GroupHead } from "../group-head.ts";
import { roleWithArticle } from "../role-words.ts";
import { dayText } from "./page/day-text.ts";

interface NewInvitationPage {
  readonly layout: LayoutData;
  readonly head: GroupHead;
  readonly group: GroupName;
  /** With the secret, which is shown on this page and never again. */
  readonly url: string;
  readonly invitation: Pick<CreatedInvitation, "role" | "until" | "expires" | "mailedTo">;
}

/** What follows the form that makes an invitation: the link to pass on. */
export const renderNewInvitation = ({ layout, head, group, url, invitation }: NewInvitationPage): string => {
  const { role, until, expires, mailedTo } = invitation;
  return renderPage("new-invitation", {
    layout,
    head,
    title: `An invitation to "${group}"`,
    membersHref: settingsHref(group, "members"),
    invitation: {
      url,
      role: roleWithArticle[role],
      until: until && dayText(until),
      expires: dayText(expires),
      mailedTo,
    },
  });
};
