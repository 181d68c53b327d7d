import { setTimeout as sleep } from "node:timers/promises";
import type { RandomNumbers } from "../../src/app/sample/random-numbers.ts";
import type { JsonObject } from "../../src/domain/brand.ts";
import { dayOf, endOfDay, parseDay } from "../../src/domain/calendar-day.ts";
import type { FaultyProvider } from "./faulty-provider.ts";
import type { GroupRecord } from "./group-record.ts";
import { keptGroup, keptPath } from "./group-record.ts";
import type { Instance, InstanceResponse } from "./instance.ts";
import type { Person } from "./login.ts";
import type { FaultState } from "./model/check-response.ts";
import type { Holder, KeptRole } from "./model/kept-role.ts";
import { keptRole } from "./model/kept-role.ts";

export interface MembersDeps {
  readonly random: RandomNumbers;
  readonly instances: readonly [Instance, ...Instance[]];
  readonly provider: Pick<FaultyProvider, "cliToken">;
  /** Those of each username who have sessions. */
  readonly people: readonly Person[];
  readonly record: GroupRecord;
  readonly faults: FaultState;
  readonly violation: (what: string) => void;
  readonly counts: {
    grants: number;
    takenBack: number;
    ended: number;
    newcomers: number;
    newcomersServed: number;
    memberRequests: number;
    damagedRecords: number;
  };
}

/** Owners who give and take roles in the group whose roles are kept here, and people who come by Bearer tokens. */
export interface Members {
  /** Changes the role of somebody who has sessions. */
  change(): Promise<void>;
  /** Gives somebody a role who has never come, has two people of that username come, and takes it back. */
  welcome(): Promise<void>;
  /** Damages the record of the group for a while. */
  damage(): Promise<void>;
}

/** In milliseconds. */
const changeTimeout = 120_000;
const damageTime = 8000;
const newcomerTime = 7000;

const otherShapes: readonly [JsonObject, ...JsonObject[]] = [
  {},
  { schema: 9 },
  { schema: 1, memberships: [7] },
];

const json = { Accept: "application/json" };
const rolePath = (username: string) => `/groups/${keptGroup}/settings/roles/viewers/members/${username}`;

interface Sent {
  readonly instance: Instance;
  readonly from: number;
  readonly to: number;
  /** The response, or why there was none. */
  readonly answer: InstanceResponse | string;
}

export const members = (d: MembersDeps): Members => {
  const { random, faults, counts } = d;
  const busy = new Set<string>();
  let [changing, isDamaged, lastNewcomer] = [0, false, 0];

  const send = async (
    to: Person | "owner",
    ask: (instance: Instance, headers: Record<string, string>) => Promise<InstanceResponse>,
  ): Promise<Sent> => {
    const instance = random.pick(d.instances);
    const token =
      to === "owner"
        ? await d.provider.cliToken("owner", "owner", [`${keptGroup}/owners`])
        : await d.provider.cliToken(to.username, to.subject, []);
    const from = Date.now();
    const answer = await ask(instance, { ...json, Authorization: `Bearer ${token}` }).catch(String);
    return { instance, from, to: Date.now(), answer };
  };

  const isDuringFault = ({ instance, from, to }: Sent, more: { readonly ofMember: boolean }): boolean =>
    [
      faults.redis,
      faults.machine,
      faults.keys,
      instance.slow,
      ...(more.ofMember ? [faults.records.outage] : []),
    ].some((cause) => cause.overlaps(from - 100, to));

  /** The status that the rules decide; undefined for an outage, which is reported when it had no cause. */
  const decided = (sent: Sent, what: string, ofMember: boolean): number | undefined => {
    const { answer, instance, from, to } = sent;
    const isExpected = isDuringFault(sent, { ofMember });
    if (typeof answer === "string") {
      if (!isExpected && !instance.down.overlaps(from - 100, to))
        d.violation(`${what} was not answered: ${answer}`);
      return undefined;
    }
    const { status } = answer;
    // The key set that was published may have lacked this token's key.
    const isOutage = status === 503 || (status === 401 && faults.keys.overlaps(from - 100, to));
    if (!isOutage) return status;
    if (!isExpected) d.violation(`${what} was answered ${status} without a cause`);
    return undefined;
  };

  /** Until an instance says that it is done. */
  const untilDone = async (method: "PUT" | "DELETE", username: string, body?: object) => {
    const end = Date.now() + changeTimeout;
    while (Date.now() < end) {
      const sent = await send("owner", (instance, headers) =>
        instance.send(
          method,
          rolePath(username),
          { ...headers, ...(body ? { "Content-Type": "application/json" } : {}) },
          body && JSON.stringify(body),
        ),
      );
      const status = decided(sent, `${method} of a role`, false);
      if (status === 204) return sent.instance.number;
      if (status !== undefined) d.violation(`${method} of a role was answered ${status}`);
      await sleep(300 + random.below(500));
    }
    d.violation(`${method} of a role was not done in time`);
    return undefined;
  };

  /** While the record is damaged nothing can be changed. */
  const duringRepair = async (work: () => Promise<void>): Promise<void> => {
    while (isDamaged) await sleep(100);
    changing += 1;
    await work().finally(() => {
      changing -= 1;
    });
  };

  const grant = (username: string, role: KeptRole, subjects: readonly string[]) =>
    duringRepair(async () => {
      const today = dayOf(Date.now() / 1000);
      const until = random.pick([undefined, undefined, today, "2099-12-31"]);
      const change = role.begin();
      const by = await untilDone("PUT", username, until === undefined ? undefined : { until });
      if (by === undefined) return;
      change.done(by);
      counts.grants += 1;
      const membership = await d.record.find(username);
      const day = parseDay(until);
      if (!membership || membership.until !== day)
        d.violation(`a role that was given is not stored: ${username}`);
      change.settle(holderOf(membership?.person?.subject, subjects), day && endOfDay(day) * 1000);
    });

  const holderOf = (subject: string | undefined, subjects: readonly string[]): Holder => {
    if (subject === undefined) return { kind: "first" };
    if (!subjects.includes(subject)) d.violation(`a role was given to another person: ${subject}`);
    return { kind: "subject", subject };
  };

  const takeBack = (username: string, role: KeptRole) =>
    duringRepair(async () => {
      const change = role.begin();
      const by = await untilDone("DELETE", username);
      if (by === undefined) return;
      change.done(by);
      counts.takenBack += 1;
      if (await d.record.find(username))
        d.violation(`a role that was taken back is still stored: ${username}`);
      change.settle({ kind: "nobody" });
    });

  /** As if its last day were over. */
  const endRole = (username: string, role: KeptRole) =>
    duringRepair(async () => {
      const yesterday = dayOf(Date.now() / 1000 - 86_400);
      if (!(await d.record.find(username))) return;
      const change = role.begin();
      while (!(await d.record.setLastDay(username, yesterday))) await sleep(20);
      change.done(undefined);
      change.settle({ kind: "nobody" });
      counts.ended += 1;
    });

  const visit = async (person: Person, role: KeptRole, isAlone: boolean): Promise<void> => {
    const sent = await send(person, (instance, headers) => instance.request(keptPath, headers));
    counts.memberRequests += 1;
    const { instance, from, to } = sent;
    const status = decided(sent, "a member's request", true);
    if (status === undefined) return role.doubt();
    if (status !== 200 && status !== 403) return d.violation(`a member's request was answered ${status}`);
    if (status === 200) counts.newcomersServed += 1;
    const known = { subject: person.subject, instance: instance.number, from, to, isServed: status === 200 };
    const wrong = faults.records.isKnown(from, to)
      ? "answered without the record of memberships"
      : role.check({ ...known, isAlone });
    if (wrong) d.violation(wrong);
  };

  return {
    change: async () => {
      const free = d.people.filter(({ username }) => !busy.has(username));
      const { username, keptRole: role } = free[random.below(free.length)] ?? {};
      if (username === undefined || !role) return;
      const subjects = d.people.filter((one) => one.username === username).map(({ subject }) => subject);
      busy.add(username);
      const kind = random.pick(["grant", "grant", "take back", "end"] as const);
      if (kind === "grant") await grant(username, role, subjects);
      else if (kind === "take back") await takeBack(username, role);
      else await endRole(username, role);
      // Mostly until all instances know it.
      await sleep(random.uniform() < 0.7 ? newcomerTime : random.below(3000));
      busy.delete(username);
    },

    welcome: async () => {
      lastNewcomer += 1;
      const username = `newcomer-${lastNewcomer}`;
      const role = keptRole();
      const both = ["a", "b"].map((letter) => ({
        ...newcomer(username, `${username}-${letter}`),
        keptRole: role,
      }));
      const visits = async (): Promise<void> => {
        const end = Date.now() + newcomerTime;
        while (Date.now() < end) {
          const isPair = random.uniform() < 0.4;
          const visitors = isPair ? both : both.slice(0, 1 + random.below(2)).slice(-1);
          await Promise.all(visitors.map((one) => visit(one, role, !isPair)));
          await sleep(50 + random.below(500));
        }
      };
      await grant(username, role, []);
      counts.newcomers += 1;
      await visits();
      await takeBack(username, role);
      await visits();
    },

    damage: async () => {
      while (isDamaged) await sleep(100);
      isDamaged = true;
      try {
        while (changing > 0) await sleep(20);
        const period = faults.records.begin();
        const restore = await d.record.damage(random.pick(otherShapes));
        if (restore) {
          period.damaged();
          counts.damagedRecords += 1;
          await sleep(damageTime);
          await checkOwner();
          period.restoring();
          await restore();
        }
        period.restored();
      } finally {
        isDamaged = false;
      }
    },
  };

  /** Whose role is the provider's. */
  async function checkOwner(): Promise<void> {
    const sent = await send("owner", (instance, headers) => instance.request(keptPath, headers));
    const status = decided(sent, "an owner's request", false);
    if (status !== undefined && status !== 200) d.violation(`an owner's request was answered ${status}`);
  }
};

const newcomer = (username: string, subject: string): Person => ({
  username,
  subject,
  keptRole: undefined,
  isViewer: false,
  tokenLifetime: [60, 60],
  marks: [],
});
