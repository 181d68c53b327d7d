import type { Seconds } from "../../../../../domain/brand.ts";
import type { CalendarDay } from "../../../../../domain/calendar-day.ts";
import { dayOf } from "../../../../../domain/calendar-day.ts";
import type { GroupName } from "../../../../../domain/groups/group.ts";
import type { AccessRequest } from "../../../../../domain/people/access-request.ts";
import { defaultLifetime, maxLifetime } from "../../../../../domain/people/invitation.ts";
import type { ListedInvitation } from "../../../../../ports/driving/people/group-invitations.ts";
import { settingsHref } from "../../../pages/hrefs.ts";
import { roleLabels } from "../../role-words.ts";
import { dayText } from "../page/day-text.ts";

/** The data of the form that makes an invitation. */
export const inviteForm = (group: GroupName, today: CalendarDay, canMail: boolean) => {
  const start: Seconds = Date.parse(`${today}T00:00:00Z`) / 1000;
  return {
    action: `${settingsHref(group)}/invitations`,
    canMail,
    expires: dayOf(start + defaultLifetime),
    lastExpiry: dayOf(start + maxLifetime),
  };
};

/** Who asks for access, the first first. */
export const requestItems = (group: GroupName, requests: readonly AccessRequest[]) =>
  requests
    .toSorted((one, other) => one.requestedAt - other.requestedAt)
    .map(({ id, username, note, requestedAt }) => ({
      username,
      note,
      day: dayText(dayOf(requestedAt)),
      action: `${settingsHref(group)}/access-requests/${id}`,
    }));

/** An invitation in the list, the newest first. */
export const invitationItems = (group: GroupName, invitations: readonly ListedInvitation[]) =>
  invitations
    .toSorted((one, other) => other.createdAt - one.createdAt)
    .map((one) => ({
      label: `${roleLabels[one.role]}${one.until === undefined ? "" : ` until ${dayText(one.until)}`}`,
      note: one.note,
      action: `${settingsHref(group)}/invitations/${one.id}`,
      ...stateOf(one),
    }));

const stateOf = ({ state, createdBy, createdAt, expires, declinedBy }: ListedInvitation) => {
  const made = `made by ${createdBy} on ${dayText(dayOf(createdAt))}`;
  switch (state) {
    case "open":
      return { badge: undefined, explanation: `${made}, can be accepted until ${dayText(expires)}` };
    case "declined":
      return { badge: "Declined", explanation: `${made}, declined by ${declinedBy}` };
    case "void":
      return { badge: "Void", explanation: `${made}, who is no owner any more: nobody can accept it` };
  }
};
