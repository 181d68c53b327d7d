import type { Seconds } from "../../../domain/brand.ts";
import type { Group } from "../../../domain/groups/group.ts";
import { normaliseGroupName } from "../../../domain/groups/group.ts";
import { personKey } from "../../../domain/identity/person.ts";
import { rolesIn } from "../../../domain/identity/role.ts";
import type { User } from "../../../domain/identity/user.ts";
import { parseUsername } from "../../../domain/identity/user.ts";
import type { AccessRequest, AccessRequestId } from "../../../domain/people/access-request.ts";
import { withRequest } from "../../../domain/people/access-request.ts";
import { membersOf } from "../../../domain/people/member.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { OpenLimiter, Rate } from "../../../ports/driven/system/limiter.ts";
import type { Random } from "../../../ports/driven/system/random.ts";
import type { AccessRequests } from "../../../ports/driving/people/access-requests.ts";
import type { GroupAccess } from "../groups/access.ts";
import { noteIn } from "../people/grant-input.ts";
import type { MailMessages } from "../people/mail-messages.ts";
import type { Memberships } from "../people/memberships.ts";
import type { People } from "../people/people.ts";
import { requireUser } from "../people/require-user.ts";
import type { SendMail } from "../people/send-mail.ts";
import type { Background } from "../sessions/background.ts";
import type { AccessRequestRecords } from "./access-request-records.ts";

interface Deps {
  /** Undefined: roles are changed at the identity provider only (`MEMBERSHIPS=provider`). */
  readonly memberships: Memberships | undefined;
  readonly requests: AccessRequestRecords;
  readonly people: People;
  readonly catalogue: Pick<RoleGroupCatalogue, "find">;
  readonly access: Pick<GroupAccess, "auditChange">;
  readonly limiters: OpenLimiter;
  /** Its own, so that many requests delay no other work. */
  readonly background: Background;
  readonly mail: SendMail;
  readonly mailMessages: Pick<MailMessages, "accessRequest">;
  readonly clock: Clock;
  readonly random: Random;
}

/** Of one person: 20 an hour. What is beyond that is dropped. */
const rate: Rate = { burst: 20, interval: 180 };

/** The answer has been sent by then, so that its time tells nothing. */
const delay: Seconds = 0.1;

/** What one person has waiting of {@link rate} at a time at most, so that nobody fills the queue for everybody. */
const queueWindow: Seconds = 10;

const idBytes = 12;

/** Counts in this process, by fixed windows, before anything is put into the queue. */
const queueCounter = ({ clock }: Pick<Deps, "clock">) => {
  const counts = new Map<string, number>();
  let begunAt = clock.now();
  return (key: string): number => {
    const now = clock.now();
    if (Math.abs(now - begunAt) >= queueWindow) {
      counts.clear();
      begunAt = now;
    }
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count;
  };
};

export const accessRequests = (d: Deps): AccessRequests => {
  const limiter = d.limiters("access-requests", rate);
  const countQueued = queueCounter(d);
  return {
    by: (caller) => {
      const user = requireUser(caller);
      return {
        ask: (group, text) => {
          const note = noteIn(text);
          if (countQueued(personKey(user.person)) > rate.burst) return;
          const request: AccessRequest = {
            id: d.random.text(idBytes) as AccessRequestId,
            username: user.username,
            person: user.person,
            note,
            requestedAt: d.clock.now(),
          };
          // Counted once, however often the rest is tried again after an outage.
          let isCounted = false;
          const pass = async (): Promise<void> => {
            if (!isCounted && (await limiter.attempt(personKey(user.person))) > 0) return;
            isCounted = true;
            await passOn(d, d.catalogue.find(group), user, request);
          };
          d.background.add("passing a request for access on", pass, delay);
        },
      };
    },
  };
};

const passOn = async (
  d: Deps,
  group: Group | undefined,
  user: User,
  request: AccessRequest,
): Promise<void> => {
  // Owners can have nothing more, and nobody could give a role under a longer username.
  if (!d.memberships || !group || group.isArchived || rolesIn(group, user.authzRoles).has("owners")) return;
  if (parseUsername(user.username) === undefined) return;
  // The store limits the time of each of its answers.
  const { signal } = new AbortController();
  let outcome: "new" | "again" | "dropped" = "dropped";
  await d.requests.update(
    group,
    (present) => {
      const wanted = withRequest(present, request);
      outcome = wanted === undefined ? "dropped" : wanted.at(-1)?.id === request.id ? "new" : "again";
      return wanted ?? "unchanged";
    },
    signal,
  );
  if (outcome === "dropped") return;
  d.access.auditChange({ kind: "user", user }, group, "access-requests");
  if (outcome === "new") await mailOwners(d, d.memberships, group, request, signal);
};

const mailOwners = async (
  { people, mail, mailMessages, clock }: Deps,
  kept: Memberships,
  group: Group,
  { username }: AccessRequest,
  signal: AbortSignal,
): Promise<void> => {
  if (!mail.isAvailable) return;
  const { name } = group;
  const all = await people.all(signal);
  const { memberships } = await kept.read(group, signal);
  const members = membersOf(normaliseGroupName(name), { memberships, people: all }, clock.now());
  const owners = new Set(members.filter(({ roles }) => roles.includes("owners")).map((one) => one.username));
  for (const one of all) {
    if (one.email !== undefined && owners.has(one.username)) {
      mail.send(one.email, mailMessages.accessRequest({ group: name, username }));
    }
  }
};
