import type { Group } from "../../../domain/groups/group.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import { isSamePerson } from "../../../domain/identity/person.ts";
import type { GroupPeople } from "../../../domain/people/group-people.ts";
import { membersOf } from "../../../domain/people/member.ts";
import type { Membership } from "../../../domain/people/membership.ts";
import { endsSoon } from "../../../domain/people/membership.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { MailMessages } from "./mail-messages.ts";
import type { Memberships } from "./memberships.ts";
import type { People } from "./people.ts";
import type { SendMail } from "./send-mail.ts";

interface Deps {
  readonly catalogue: Pick<RoleGroupCatalogue, "find">;
  readonly memberships: Memberships;
  readonly people: People;
  readonly mail: SendMail;
  readonly mailMessages: Pick<MailMessages, "membershipEnds">;
  readonly clock: Clock;
}

/**
 * Mails the owners of groups, and whom it concerns, that a membership ends within 14 days; once for each end. It is
 * marked first, so that of many instances one mails.
 */
export const mailEnds = (d: Deps) => async (): Promise<void> => {
  if (!d.mail.isAvailable) return;
  for (const [name, found] of await d.memberships.all()) {
    const group = d.catalogue.find(name);
    if (group && found.memberships.some((one) => isDue(d, one))) await mailEndsIn(d, group);
  }
};

const isDue = ({ clock }: Deps, one: Membership): boolean => !one.isEndMailed && endsSoon(one, clock.now());

const mailEndsIn = async (d: Deps, group: Group): Promise<void> => {
  // The store limits the time of each of its answers.
  const { signal } = new AbortController();
  let due: readonly Membership[] = [];
  const mark = (present: GroupPeople): GroupPeople | "unchanged" => {
    due = present.memberships.filter((one) => isDue(d, one));
    if (due.length === 0) return "unchanged";
    const memberships = present.memberships.map((one) =>
      due.includes(one) ? { ...one, isEndMailed: true as const } : one,
    );
    return { ...present, memberships };
  };
  await d.memberships.update(group, mark, signal);
  if (due.length === 0) return;
  const [people, { memberships }] = await Promise.all([
    d.people.all(signal),
    d.memberships.read(group, signal),
  ]);
  const members = membersOf(normaliseGroupName(group.name), { memberships, people }, d.clock.now());
  const owners = new Set(
    members.filter(({ roles }) => roles.includes("owners")).map(({ username }) => username),
  );
  for (const { username, role, until, person } of due) {
    const ends = { group: group.name, role, username, until: until ?? "" };
    for (const one of people) {
      if (one.email === undefined) continue;
      if (person && isSamePerson(one.person, person)) {
        d.mail.send(one.email, d.mailMessages.membershipEnds({ ...ends, to: "member" }));
      } else if (owners.has(one.username)) {
        d.mail.send(one.email, d.mailMessages.membershipEnds({ ...ends, to: "owner" }));
      }
    }
  }
};
