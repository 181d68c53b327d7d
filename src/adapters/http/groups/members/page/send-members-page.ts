import { dayOf } from "../../../../../domain/calendar-day.ts";
import { StoreDown } from "../../../../../domain/failure.ts";
import { defaultGroupInfo } from "../../../../../domain/groups/group-info.ts";
import type { Site } from "../../../../../domain/site.ts";
import type { Clock } from "../../../../../ports/driven/system/clock.ts";
import type { Log } from "../../../../../ports/driven/system/log.ts";
import type { OpenGroup } from "../../../../../ports/driving/groups.ts";
import type { GroupMembers } from "../../../../../ports/driving/people/group-members.ts";
import type { Context } from "../../../context.ts";
import { failureStatus } from "../../../middleware/failure-status.ts";
import { settingsHref } from "../../../pages/hrefs.ts";
import type { Pages } from "../../../pages/pages.ts";
import { groupHead } from "../../group-head.ts";
import { endingMemberships } from "../ending-memberships.ts";
import type { RefusedForm } from "./group-members.ts";
import { renderMembers, renderMembersOutage } from "./group-members.ts";
import { parseMembersQuery } from "./members-query.ts";

export interface MembersPageDeps {
  readonly pages: Pages;
  readonly site: Site;
  readonly clock: Clock;
  readonly log: Log;
}

/** Only users get to a group's members. */
export const visitorName = ({ state: { caller } }: Context): string =>
  caller.kind === "user" ? caller.user.username : "";

/** Sends the page of a group's members, which tells an outage of its records itself. */
export const sendMembersPage = async (
  ctx: Context,
  d: MembersPageDeps,
  members: GroupMembers,
  opened: OpenGroup,
  refused?: RefusedForm,
): Promise<void> => {
  const { signal } = ctx.state;
  const [info, people, ending] = await Promise.all([
    opened.info(signal).catch(stopAtOutage),
    readPeople(members, opened, signal).catch(stopAtOutage),
    endingMemberships(opened, signal),
  ]);
  const layout = d.pages.layout(ctx);
  const known = info instanceof StoreDown ? defaultGroupInfo(opened.group.name) : info;
  if (people instanceof StoreDown) {
    const { status, headers = {} } = failureStatus(people);
    const { code, cause = people } = people;
    d.log.write({ event: "request-failed", id: ctx.state.id, code, cause });
    ctx.set(headers);
    ctx.status = status;
    return d.pages.send(ctx, renderMembersOutage({ layout, head: groupHead(opened, known, "members") }));
  }
  const counts = { members: people.members.filter(({ roles }) => roles.length > 0).length };
  const html = await renderMembers({
    layout,
    head: groupHead(opened, known, "members", counts, ending),
    group: opened.group.name,
    href: settingsHref(opened.group.name, "members"),
    ...people,
    query: parseMembersQuery(ctx.URL.searchParams),
    today: dayOf(d.clock.now()),
    visitor: visitorName(ctx),
    isOwner: opened.mayEditSettings,
    areKeptHere: members.areKeptHere,
    contact: d.site.contact,
    refused,
  });
  d.pages.send(ctx, html);
};

const readPeople = async (members: GroupMembers, opened: OpenGroup, signal: AbortSignal) => {
  const list = members.list(signal);
  if (!opened.mayEditSettings || !members.areKeptHere) {
    return { members: await list, invitations: [], requests: [], canMailInvitations: false };
  }
  const settings = opened.settings();
  const [all, invitations, requests] = await Promise.all([
    list,
    settings.invitations.list(signal),
    settings.accessRequests.list(signal),
  ]);
  const { canMail: canMailInvitations } = settings.invitations;
  return { members: all, invitations, requests, canMailInvitations };
};

const stopAtOutage = (error: unknown): StoreDown => {
  if (error instanceof StoreDown) return error;
  throw error;
};
