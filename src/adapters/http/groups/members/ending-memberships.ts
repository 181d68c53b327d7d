import { StoreDown } from "../../../../domain/failure.ts";
import type { GroupName } from "../../../../domain/groups/group.ts";
import type { EndingMembership } from "../../../../domain/people/membership.ts";
import type { OpenGroup } from "../../../../ports/driving/groups.ts";
import { settingsHref } from "../../pages/hrefs.ts";
import { roleWithArticle } from "../role-words.ts";
import { dayText } from "./page/day-text.ts";
import { rowId } from "./page/member-row.ts";

/** For owners: which memberships end soon. None during an outage, of which the members' page tells. */
export const endingMemberships = async (
  opened: OpenGroup,
  signal: AbortSignal,
): Promise<readonly EndingMembership[]> => {
  if (!opened.mayEditSettings) return [];
  return opened.settings().members.ending(signal).catch(noneDuringOutage);
};

const noneDuringOutage = (error: unknown): readonly EndingMembership[] => {
  if (error instanceof StoreDown) return [];
  throw error;
};

/** As many as the banner names; a group's owners may end a course's hundred at once. */
const maxNamed = 3;

/** The data of the banner of memberships that end soon; undefined: there is none. */
export const endingBanner = (group: GroupName, ending: readonly EndingMembership[]) => {
  if (ending.length === 0) return undefined;
  const href = settingsHref(group, "members");
  const named = ending.slice(0, maxNamed).map(({ username, role, until }) => ({
    username,
    sentence: `is ${roleWithArticle[role]} until ${dayText(until)}.`,
    href: `${href}?q=${encodeURIComponent(username.toWellFormed())}#${rowId(username, role)}`,
  }));
  return { named, others: ending.length - named.length, href };
};
