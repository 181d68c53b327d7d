import { describe, expect, it } from "vitest";
import { invitations } from "../../../../src/app/usecases/invitations/invitations.ts";
import type { CalendarDay } from "../../../../src/domain/calendar-day.ts";
import {
  Conflict,
  LoginRequired,
  NotConfigured,
  NotFound,
  ProviderDown,
  StoreDown,
} from "../../../../src/domain/failure.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import { maxMemberships } from "../../../../src/domain/people/group-people.ts";
import type { InvitationSecret } from "../../../../src/domain/people/invitation.ts";
import { membershipOf, personOf } from "../../../domain/people/sample.ts";
import { callerNamed, dora, members } from "../members/members-setup.ts";
import { signal } from "../resources/data-setup.ts";
import { invitationSetup, invitationsOf } from "./invitation-setup.ts";

const erin = callerNamed("erin");
const never = "abcdefghijklmnopqrstuvwxyz" as InvitationSecret;

describe("an open invitation", () => {
  it("says what it is, to whoever has the secret and is logged in", async () => {
    const d = await invitationSetup();
    const { secret } = await d.invite({ note: "Hello", until: "2027-01-31" });
    expect(await d.invited.open(erin, secret, signal)).toMatchObject({
      group: { name: "Blab-Private" },
      role: "editors",
      invitedBy: "dora",
      note: "Hello",
      until: "2027-01-31",
      expires: "2026-12-04",
      username: "erin",
    });
    await expect(d.invited.open(anonymous, secret, signal)).rejects.toThrow(LoginRequired);
    const cause = new ProviderDown();
    await expect(d.invited.open({ kind: "unverified", cause }, secret, signal)).rejects.toBe(cause);
  });

  it("gives the role to the person who accepts, and is used up", async () => {
    const d = await invitationSetup();
    const { secret, id } = await d.invite({ until: "2027-01-31" });
    await d.accept(erin, secret);
    expect(d.log.events.slice(-2)).toMatchObject([
      { event: "access", action: "write", username: "erin", path: `settings/invitations/${id}` },
      { event: "access", action: "write", path: "settings/roles/editors/members/erin" },
    ]);
    const now = d.clock.now();
    expect((await d.kept()).at(-1)).toEqual(
      membershipOf("erin", "editors", {
        until: "2027-01-31" as CalendarDay,
        addedAt: now,
        claimedAt: now,
      }),
    );
    expect(await invitationsOf(d).list(signal)).toEqual([]);
    await expect(d.accept(callerNamed("bob"), secret)).rejects.toThrow(NotFound);
    await d.background.settle();
    expect(await d.storedPointers()).toEqual([]);
  });

  it("is accepted by one of twenty", async () => {
    const d = await invitationSetup();
    const { secret } = await d.invite();
    const racers = Array.from({ length: 20 }, (_, index) => callerNamed(`racer${index}`));
    const outcomes = await Promise.allSettled(racers.map((racer) => d.accept(racer, secret)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(NotFound);
    }
    expect(await d.kept()).toHaveLength(2);
  });

  it("does not take the role from somebody else of that username, and replaces what waited for it", async () => {
    const former = membershipOf("erin", "editors", { person: personOf("the former erin") });
    const pending = membershipOf("erin", "editors", { person: undefined });
    const renamed = membershipOf("erin.meyer", "editors", {
      person: personOf("erin"),
      until: "2026-11-30" as CalendarDay,
    });
    const d = await invitationSetup(former, pending, renamed, membershipOf("erin", "viewers"));
    await d.accept(erin, (await d.invite()).secret);
    expect((await d.kept()).map(({ username, role, person }) => [username, role, person?.subject])).toEqual([
      ["dora", "owners", "dora"],
      ["erin", "editors", "the former erin"],
      ["erin", "viewers", "erin"],
      ["erin", "editors", "erin"],
    ]);
  });

  it.each([
    ["2027-01-31", "2026-12-31", "2027-01-31"],
    [undefined, "2026-12-31", undefined],
    [undefined, undefined, undefined],
    ["2026-12-31", "2027-01-31", "2027-01-31"],
    ["2026-12-31", undefined, undefined],
    ["2026-11-26", "2026-12-31", "2026-12-31"],
  ])("of somebody who has the role until %s is used up with %s: %s", async (present, offered, until) => {
    const d = await invitationSetup(membershipOf("erin", "editors", { until: present as CalendarDay }));
    await d.accept(erin, (await d.invite({ until: offered })).secret);
    expect((await d.kept()).slice(1).map((one) => one.until)).toEqual([until]);
    expect(await invitationsOf(d).list(signal)).toEqual([]);
  });

  it("can be declined, which the owners see, and then cannot be accepted", async () => {
    const d = await invitationSetup();
    const { secret } = await d.invite();
    await d.invite();
    await (await d.invited.open(erin, secret, signal)).decline(signal);
    expect(await invitationsOf(d).list(signal)).toMatchObject([
      { state: "declined", declinedBy: "erin" },
      { state: "open", declinedBy: undefined },
    ]);
    await expect(d.accept(erin, secret)).rejects.toThrow(NotFound);
    expect(await d.kept()).toHaveLength(1);
  });

  it("stays open when its group has no room for one more", async () => {
    const many = Array.from({ length: maxMemberships - 1 }, (_, index) =>
      membershipOf(`p${index}`, "viewers"),
    );
    const d = await invitationSetup(...many);
    const { secret } = await d.invite();
    await expect(d.accept(erin, secret)).rejects.toThrow(Conflict);
    expect(await invitationsOf(d).list(signal)).toMatchObject([{ state: "open" }]);
  });

  it("is not for usernames to which owners could give no role", async () => {
    const d = await invitationSetup();
    const { secret } = await d.invite();
    await expect(d.accept(callerNamed("x".repeat(201)), secret)).rejects.toThrow(/too long/);
    await d.accept(erin, secret);
  });
});

describe("an invitation that cannot be accepted", () => {
  it("is refused in the same words, whatever the reason", async () => {
    const d = await invitationSetup();
    const withdrawn = await d.invite();
    await invitationsOf(d).withdraw(withdrawn.id, signal);
    const expired = await d.invite({ expires: "2026-11-27" });
    const ofEndedMembership = await d.invite({ until: "2026-11-27" });
    d.clock.pass(43_200);
    const reasons = [withdrawn.secret, expired.secret, ofEndedMembership.secret, never, "no secret", ""];
    const sentences = await Promise.all(
      reasons.map((secret) =>
        d.invited.open(erin, secret, signal).then(
          () => "it is open",
          (error: unknown) => (error instanceof NotFound ? error.message : error),
        ),
      ),
    );
    expect(new Set(sentences)).toEqual(new Set([expect.stringContaining("Ask the person")]));
  });

  it("is one whose creator was removed before it was accepted, even after it was opened", async () => {
    const d = await invitationSetup(membershipOf("olga", "owners"));
    await d.signedIn("olga");
    const opened = await d.invited.open(erin, (await d.invite()).secret, signal);
    await members(d, callerNamed("olga", "owners")).revoke("owners", "dora", signal);
    await expect(opened.accept(signal)).rejects.toThrow(NotFound);
    expect(await d.kept()).toHaveLength(1);
  });

  it("is one of a group that is gone, and one that was withdrawn while the pointer stayed", async () => {
    const d = await invitationSetup();
    const { secret, id } = await d.invite();
    const gone = invitations({ ...d, catalogue: { ...d.catalogue, find: () => undefined } });
    await expect(gone.open(erin, secret, signal)).rejects.toThrow(NotFound);
    await invitationsOf(d).withdraw(id, signal);
    expect(await d.storedPointers()).toEqual([id]);
    await expect(d.invited.open(erin, secret, signal)).rejects.toThrow(NotFound);
  });

  it("is an outage when its pointer is damaged or the store is away, and never said to be unknown", async () => {
    const d = await invitationSetup();
    const { secret, id } = await d.invite();
    const key = { kind: "invitations", id: id as never } as const;
    for (const value of [
      { schema: 2 },
      { schema: 1, group: 7, expires: "2026-12-04" },
      { schema: 1, group: "x" },
    ]) {
      await d.records.write(key, value, "any", signal);
      await expect(d.invited.open(erin, secret, signal)).rejects.toThrow(StoreDown);
    }
    const down = { ...d.pointers, find: () => Promise.reject(new StoreDown()) };
    await expect(invitations({ ...d, pointers: down }).open(erin, secret, signal)).rejects.toThrow(StoreDown);
  });

  it("is one that is not used up while its group is archived", async () => {
    const d = await invitationSetup();
    const { secret } = await d.invite();
    const find = (name: string) => {
      const group = d.catalogue.find(name);
      return group && { ...group, isArchived: true as const };
    };
    const archived = invitations({ ...d, catalogue: { ...d.catalogue, find } });
    await expect((await archived.open(erin, secret, signal)).accept(signal)).rejects.toThrow("is archived");
    await d.accept(erin, secret);
    expect(await d.kept()).toHaveLength(2);
  });

  it("is any where roles are kept at the provider", async () => {
    const d = await invitationSetup();
    const { secret } = await d.invite();
    const elsewhere = invitations({ ...d, memberships: undefined });
    await expect(elsewhere.open(dora, secret, signal)).rejects.toThrow(NotConfigured);
  });
});
