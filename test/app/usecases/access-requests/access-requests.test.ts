import { describe, expect, it } from "vitest";
import { memoryLimiters } from "../../../../src/adapters/memory/limiter.ts";
import { accessRequests } from "../../../../src/app/usecases/access-requests/access-requests.ts";
import { groups } from "../../../../src/app/usecases/groups/groups.ts";
import { mailMessages } from "../../../../src/app/usecases/people/mail-messages.ts";
import {
  BadRequest,
  LoginRequired,
  NotAllowed,
  NotConfigured,
  NotFound,
  ProviderDown,
  StoreDown,
} from "../../../../src/domain/failure.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { MailAddress } from "../../../../src/domain/mail/mail-address.ts";
import type { Membership } from "../../../../src/domain/people/membership.ts";
import { serialisePerson } from "../../../../src/domain/people/person-record.ts";
import type { RecordId } from "../../../../src/domain/records/record.ts";
import { membershipOf, personOf, recordOf } from "../../../domain/people/sample.ts";
import { privateGroup } from "../../../domain/sample.ts";
import { callerNamed, dora, membersSetup } from "../members/members-setup.ts";
import { opened, signal } from "../resources/data-setup.ts";

const erin = callerNamed("erin");

const setup = async (...present: Membership[]) => {
  const d = await membersSetup(...present);
  const mails: string[] = [];
  const mail = {
    isAvailable: true,
    send: (to: string, { subject }: { readonly subject: string }) => void mails.push(`${to}: ${subject}`),
  };
  const parts = {
    ...d,
    mail,
    mailMessages: mailMessages({ origin: "https://groups.lab.example", siteTitle: "Lakeside" }),
    limiters: memoryLimiters(d.clock),
  };
  const requests = accessRequests(parts);
  const of = (caller: Caller = dora) => opened(d, caller, privateGroup).settings().accessRequests;
  const ask = async (caller: Caller = erin, group = "blab-PRIVATE", note?: string) => {
    requests.by(caller).ask(group, note);
    await d.background.settle();
  };
  const usernames = async () => (await of().list(signal)).map(({ username }) => username);
  return { ...d, parts, mails, asking: requests, of, ask, usernames };
};

describe("a request for access", () => {
  it("is answered before anything is looked up, whatever the group is", async () => {
    const d = await setup();
    for (const group of ["Blab-Private", "absent", "", "../x", "\u0000", "x".repeat(10_000)]) {
      const looked = { ...d.parts, catalogue: { find: () => expect.unreachable() } };
      accessRequests(looked).by(erin).ask(group, "please");
    }
    const waiting = { what: "passing a request for access on", after: 0.1 };
    expect(d.background.waiting).toEqual(Array(6).fill(waiting));
  });

  it("reaches the group's owners, with who asks and why", async () => {
    const d = await setup();
    await d.ask(erin, "Blab-Private", " I am new\r\nhere ");
    const [request] = await d.of().list(signal);
    expect(request).toMatchObject({
      username: "erin",
      person: personOf("erin"),
      note: "I am new\nhere",
      requestedAt: d.clock.now(),
    });
    expect(d.log.events).toContainEqual(
      expect.objectContaining({
        event: "access",
        action: "write",
        username: "erin",
        path: "access-requests",
      }),
    );
  });

  it("is mailed to the owners with an address, once", async () => {
    const d = await setup(membershipOf("olga", "owners"), membershipOf("vic", "viewers"));
    for (const name of ["dora", "olga", "vic"]) {
      const email = name === "olga" ? {} : { email: `${name}@lab.example` as MailAddress };
      const key = { kind: "people", id: name as RecordId } as const;
      await d.records.write(key, serialisePerson(recordOf(name, email)), "any", signal);
    }
    await d.ask();
    await d.ask();
    expect(d.mails).toEqual(["dora@lab.example: erin asks for access to the group Blab-Private"]);
  });

  it("goes nowhere from an owner, for a group that there is not or that is archived, and where roles are kept elsewhere", async () => {
    const d = await setup();
    await d.ask(dora);
    await d.ask(erin, "absent");
    await d.ask(callerNamed("x".repeat(201)));
    const find = () => ({ ...privateGroup, isArchived: true as const });
    accessRequests({ ...d.parts, catalogue: { find } })
      .by(erin)
      .ask("Blab-Private", undefined);
    accessRequests({ ...d.parts, memberships: undefined })
      .by(erin)
      .ask("Blab-Private", undefined);
    await d.background.settle();
    expect(await d.usernames()).toEqual([]);
  });

  it("may be a member's, who wants another role", async () => {
    const d = await setup(membershipOf("vic", "viewers"));
    await d.ask(callerNamed("vic", "viewers"));
    expect(await d.usernames()).toEqual(["vic"]);
  });

  it("is one for each person, and one of a hundred", async () => {
    const d = await setup();
    for (let number = 0; number < 101; number++) await d.ask(callerNamed(`p${number}`));
    await d.ask(callerNamed("p7"), "Blab-Private", "again");
    const found = await d.of().list(signal);
    expect([found.length, found.at(-1)?.note]).toEqual([100, "again"]);
    expect(found.map(({ username }) => username)).not.toContain("p100");
  });

  it("waits among twenty of the same person at most, so that there is room for those of others", async () => {
    const d = await setup();
    for (let number = 0; number < 1000; number++) d.asking.by(erin).ask("absent", undefined);
    d.asking.by(callerNamed("bob")).ask("absent", undefined);
    expect(d.background.waiting).toHaveLength(21);
    d.clock.pass(10);
    d.asking.by(erin).ask("absent", undefined);
    expect(d.background.waiting).toHaveLength(22);
  });

  it("is one of twenty an hour; what is more is dropped, and tried again by nobody", async () => {
    const d = await setup();
    for (let number = 0; number < 20; number++) await d.ask(erin, "absent");
    await d.ask();
    expect(await d.usernames()).toEqual([]);
    await d.ask(callerNamed("bob"));
    d.clock.pass(180);
    await d.ask();
    expect(await d.usernames()).toEqual(["bob", "erin"]);
  });

  it("is counted once, when it is tried again after an outage", async () => {
    const d = await setup();
    let isAway = true;
    const update: typeof d.requests.update = (...args) =>
      isAway ? Promise.reject(new StoreDown()) : d.requests.update(...args);
    const jobs: (() => Promise<void>)[] = [];
    const background = { add: (_: string, work: () => Promise<void>) => void jobs.push(work) };
    accessRequests({ ...d.parts, background, requests: { ...d.requests, update } })
      .by(erin)
      .ask("Blab-Private", undefined);
    const [work = expect.unreachable()] = jobs;
    for (let tried = 0; tried < 25; tried++) await expect(work()).rejects.toThrow(StoreDown);
    isAway = false;
    await work();
    expect(await d.usernames()).toEqual(["erin"]);
  });

  it("of twenty people at once are all there", async () => {
    const d = await setup();
    const jobs: Promise<void>[] = [];
    const background = { add: (_: string, work: () => Promise<void>) => void jobs.push(work()) };
    const asking = accessRequests({ ...d.parts, background });
    for (let number = 0; number < 20; number++)
      asking.by(callerNamed(`p${number}`)).ask("Blab-Private", undefined);
    await Promise.all(jobs);
    expect(await d.usernames()).toHaveLength(20);
  });

  it("needs somebody who is logged in, and a note of 500 characters at most", async () => {
    const d = await setup();
    const cause = new ProviderDown();
    expect(() => d.asking.by(anonymous)).toThrow(LoginRequired);
    expect(() => d.asking.by({ kind: "unverified", cause })).toThrow(cause);
    expect(() => d.asking.by(erin).ask("absent", "x".repeat(501))).toThrow(BadRequest);
    expect(d.background.waiting).toEqual([]);
  });
});

describe("an owner's answer", () => {
  it("gives the person who asked a role, until the day that was said, and ends the request", async () => {
    const d = await setup();
    await d.ask();
    const [request = expect.unreachable()] = await d.of().list(signal);
    // Meanwhile the username has become another person's.
    const next = recordOf("erin", { person: personOf("the next erin") });
    await d.records.write({ kind: "people", id: "erin" as RecordId }, serialisePerson(next), "any", signal);
    await d.of().grant(request.id, "viewers", "2027-01-31", signal);
    expect((await d.kept()).at(-1)).toEqual(
      membershipOf("erin", "viewers", { until: "2027-01-31" as never, addedAt: d.clock.now() }),
    );
    expect(await d.usernames()).toEqual([]);
    await expect(d.of().grant(request.id, "viewers", undefined, signal)).rejects.toThrow(NotFound);
    expect(d.log.events).toContainEqual(
      expect.objectContaining({
        action: "write",
        username: "dora",
        path: "settings/roles/viewers/members/erin",
      }),
    );
  });

  it("may be no, again and again", async () => {
    const d = await setup();
    await d.ask();
    await d.ask(callerNamed("bob"));
    const [request = expect.unreachable()] = await d.of().list(signal);
    for (const id of [request.id, request.id, "0".repeat(16), "../people/dora"])
      await d.of().decline(id, signal);
    expect([await d.usernames(), await d.kept()]).toMatchObject([["bob"], [{ username: "dora" }]]);
  });

  it.each([
    ["kings", undefined, BadRequest],
    ["viewers", "2026-11-26", BadRequest],
  ])("is refused as %s until %s, and the request stays", async (role, until, failure) => {
    const d = await setup();
    await d.ask();
    const [request = expect.unreachable()] = await d.of().list(signal);
    await expect(d.of().grant(request.id, role, until, signal)).rejects.toThrow(failure);
    expect([await d.usernames(), (await d.kept()).length]).toEqual([["erin"], 1]);
  });

  it("comes too late after 30 days", async () => {
    const d = await setup();
    await d.ask();
    const [request = expect.unreachable()] = await d.of().list(signal);
    d.clock.pass(30 * 86_400);
    await expect(d.of().grant(request.id, "viewers", undefined, signal)).rejects.toThrow(NotFound);
    expect(await d.usernames()).toEqual([]);
  });

  it("is for owners, where roles are kept here", async () => {
    const d = await setup(membershipOf("vic", "viewers"));
    await d.ask();
    const [request = expect.unreachable()] = await d.of().list(signal);
    const elsewhere = groups({ ...d, memberships: undefined });
    const cases = [
      [d.of(callerNamed("vic", "viewers")), NotAllowed],
      [opened({ groups: elsewhere }, dora, privateGroup).settings().accessRequests, NotConfigured],
    ] as const;
    for (const [of, failure] of cases) {
      await expect(of.list(signal)).rejects.toThrow(failure);
      await expect(of.grant(request.id, "owners", undefined, signal)).rejects.toThrow(failure);
      await expect(of.decline(request.id, signal)).rejects.toThrow(failure);
    }
    expect(await d.usernames()).toEqual(["erin"]);
  });

  it("is an outage when the record is damaged", async () => {
    const d = await setup();
    const key = { kind: "access-requests", id: "blab-private" as RecordId } as const;
    await d.records.write(key, { schema: 9 }, "any", signal);
    await expect(d.of().list(signal)).rejects.toThrow(StoreDown);
  });
});
