import type { Role } from "../../../domain/identity/role.ts";
import type { OpenInvitation } from "../../../ports/driving/people/invitations.ts";
import { dayText } from "../groups/members/page/day-text.ts";
import type { LayoutData } from "../pages/layout.ts";
import { renderPage } from "../pages/template.ts";

export interface InvitationPage {
  readonly layout: LayoutData;
  readonly invitation: Pick<
    OpenInvitation,
    "group" | "role" | "invitedBy" | "note" | "until" | "expires" | "username"
  >;
}

const roleNames: Readonly<Record<Role, string>> = { viewers: "viewer", editors: "editor", owners: "owner" };

const roleMeanings: Readonly<Record<Role, string>> = {
  viewers: "You will see what is in the group.",
  editors: "You will see what is in the group, and add, change and remove datasets and narratives.",
  owners:
    "You will see and change what is in the group, and its settings, and say who else may do what there.",
};

/** `/invitations/<secret>`. */
export const renderInvitation = ({ layout, invitation }: InvitationPage): string => {
  const { group, role, invitedBy, note, until, expires, username } = invitation;
  return renderPage("invitation", {
    layout,
    title: `Invitation to ${group.name}`,
    group: group.name,
    role: roleNames[role],
    meaning: roleMeanings[role],
    note: note?.split("\n"),
    until: until && { day: until, text: dayText(until) },
    expires: { day: expires, text: dayText(expires) },
    ...{ invitedBy, username },
  });
};

/** What follows when the invitation is declined. */
export const renderDeclined = ({ layout, invitation }: InvitationPage): string =>
  renderPage("invitation-declined", {
    layout,
    title: "Invitation declined",
    group: invitation.group.name,
    invitedBy: invitation.invitedBy,
  });
