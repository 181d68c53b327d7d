import { NotFound } from "../../../domain/failure.ts";
import { openRequests, parseAccessRequestId } from "../../../domain/people/access-request.ts";
import type { GroupAccessRequests } from "../../../ports/driving/people/access-requests.ts";
import type { Access } from "../groups/access.ts";
import type { MembersParts } from "../members/member-list.ts";
import { keptHere, userOf } from "../members/member-list.ts";
import { withBound } from "../people/bind-membership.ts";
import { dayIn, roleIn } from "../people/grant-input.ts";
import type { AccessRequestRecords } from "./access-request-records.ts";

export interface AccessRequestsParts extends MembersParts {
  readonly requests: AccessRequestRecords;
}

/** Opens the requests for access to a group to somebody who may read its settings; they are for owners. */
export const openAccessRequests = (d: AccessRequestsParts, access: Access): GroupAccessRequests => {
  const { group } = access;
  const remove = (id: string, signal: AbortSignal): Promise<void> =>
    d.requests.update(
      group,
      (present) => {
        const others = present.filter((one) => one.id !== id);
        return others.length < present.length ? others : "unchanged";
      },
      signal,
    );
  return {
    list: async (signal) => {
      keptHere(d, access);
      const found = openRequests(await d.requests.read(group, signal), d.clock.now());
      access.audit("list", "settings/access-requests");
      return found;
    },
    grant: async (id, roleName, until, signal) => {
      const memberships = keptHere(d, access);
      const now = d.clock.now();
      const [role, lastDay] = [roleIn(roleName), dayIn(until, now)];
      const request = openRequests(await d.requests.read(group, signal), now).find((one) => one.id === id);
      if (!request)
        throw new NotFound("There is no such request any more: it has been answered, or is too old.");
      const { username, person } = request;
      const given = { username, role, until: lastDay, addedBy: userOf(access).username, addedAt: now };
      const membership = { ...given, person, claimedAt: undefined };
      // The role first: when the second write is lost, granting again changes nothing.
      await memberships.update(group, (present) => withBound(present, membership), signal);
      access.audit("write", `settings/roles/${role}/members/${username}`);
      await remove(id, signal);
    },
    decline: async (text, signal) => {
      keptHere(d, access);
      const id = parseAccessRequestId(text);
      if (id === undefined) return;
      await remove(id, signal);
      access.audit("delete", `settings/access-requests/${id}`);
    },
  };
};
