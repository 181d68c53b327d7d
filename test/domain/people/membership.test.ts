import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/brand.ts";
import type { CalendarDay } from "../../../src/domain/calendar-day.ts";
import {
  maxMemberships,
  nobody,
  parseGroupPeople,
  serialiseGroupPeople,
  withoutOld,
} from "../../../src/domain/people/group-people.ts";
import { maxInvitations } from "../../../src/domain/people/invitation.ts";
import {
  bindTo,
  endsSoon,
  isAwaited,
  isSameGrant,
  membershipState,
  parseMembership,
  rolesOf,
  serialiseMembership,
} from "../../../src/domain/people/membership.ts";
import { maxNoteLength } from "../../../src/domain/people/note.ts";
import { invitationOf, membershipOf, nameOf, noon, personOf } from "./sample.ts";

const day = 86_400;
const until = "2026-11-30" as CalendarDay;
const lastSecond = Date.UTC(2026, 11, 1) / 1000 - 1;

describe("a membership", () => {
  it("gives its role to its person, by subject and issuer, whatever they are called", () => {
    const all = [
      membershipOf("erin", "editors"),
      membershipOf("erin", "viewers"),
      membershipOf("bob", "owners"),
    ];
    expect([...rolesOf(personOf("erin"), all, noon)]).toEqual(["editors", "viewers"]);
    expect([...rolesOf(personOf("alice"), all, noon)]).toEqual([]);
    const elsewhere = { ...personOf("erin"), issuer: "https://other.example.org" };
    expect([...rolesOf(elsewhere, all, noon)]).toEqual([]);
  });

  it("ends with the last second of its last day, without anybody doing anything", () => {
    const all = [membershipOf("erin", "editors", { until })];
    expect([...rolesOf(personOf("erin"), all, lastSecond)]).toEqual(["editors"]);
    expect([...rolesOf(personOf("erin"), all, lastSecond + 1)]).toEqual([]);
  });

  it.each([
    ["active", {}, noon],
    ["expired", { until }, lastSecond + 1],
    ["pending", { person: undefined }, noon + 30 * day - 1],
    ["lapsed", { person: undefined }, noon + 30 * day],
    ["expired", { person: undefined, until }, lastSecond + 1],
  ] as const)("is %s with %j at %d", (state, more, at) => {
    expect(membershipState(membershipOf("erin", "editors", more), at)).toBe(state);
  });

  it("is told of 14 days before its end, while it counts", () => {
    const one = membershipOf("erin", "editors", { until });
    const begin = lastSecond + 1 - 14 * day;
    expect([begin - 1, begin, lastSecond, lastSecond + 1].map((at) => endsSoon(one, at))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(endsSoon(membershipOf("erin", "editors"), begin)).toBe(false);
    expect(endsSoon({ ...one, person: undefined }, begin)).toBe(false);
  });

  it("that is pending waits for somebody of its username, and is theirs from then on", () => {
    const waiting = [membershipOf("erin", "editors", { person: undefined }), membershipOf("bob", "viewers")];
    expect(isAwaited(nameOf("erin"), waiting, noon)).toBe(true);
    expect(isAwaited(nameOf("erin"), waiting, noon + 30 * day)).toBe(false);
    expect(isAwaited(nameOf("bob"), waiting, noon)).toBe(false);
    const bound = bindTo(nameOf("erin"), personOf("1f0c"), waiting, noon + 5);
    expect(bound).toEqual([
      membershipOf("erin", "editors", { person: personOf("1f0c"), claimedAt: noon + 5 }),
      membershipOf("bob", "viewers"),
    ]);
    expect(bindTo(nameOf("erin"), personOf("other"), bound, noon + 6)).toEqual(bound);
  });

  it("is given again if anything of it is another", () => {
    const one = membershipOf("erin", "editors");
    expect(isSameGrant(one, { ...one, addedBy: "bob", addedAt: noon + 9 })).toBe(true);
    for (const other of [
      membershipOf("bob", "editors", { person: one.person }),
      membershipOf("erin", "viewers"),
      membershipOf("erin", "editors", { until }),
      membershipOf("erin", "editors", { person: personOf("other") }),
      membershipOf("erin", "editors", { person: undefined }),
    ]) {
      expect(isSameGrant(one, other)).toBe(false);
    }
    const pending = membershipOf("erin", "editors", { person: undefined });
    expect(isSameGrant(pending, pending)).toBe(false);
  });
});

describe("the record of a group's memberships", () => {
  it("comes back as it was written", () => {
    const memberships = [
      membershipOf("erin", "editors", { until, claimedAt: noon, isEndMailed: true }),
      membershipOf("bob", "viewers", { person: undefined }),
    ];
    const invitations = [invitationOf(), invitationOf({ until, note: "Hello", declinedBy: "bob" })];
    const written = JSON.parse(JSON.stringify(serialiseGroupPeople({ memberships, invitations })));
    expect(parseGroupPeople(written)).toEqual({ memberships, invitations });
    expect(parseGroupPeople({ ...written, invitations: undefined })).toEqual({
      memberships,
      invitations: [],
    });
    expect(parseGroupPeople(serialiseGroupPeople(nobody))).toEqual(nobody);
  });

  it.each<JsonObject>([
    { username: "" },
    { username: 7 },
    { role: "kings" },
    { until: "tomorrow" },
    { until: 7 },
    { addedBy: null },
    { addedAt: "noon" },
    { addedAt: -1 },
    { subject: { issuer: "https://idp.example.org" } },
    { claimedAt: "noon" },
    { isEndMailed: "yes" },
  ])("is damaged with %j in a membership", (change) => {
    const whole = serialiseMembership(membershipOf("erin", "editors"));
    expect(parseMembership(whole)).toBeDefined();
    expect(parseGroupPeople({ schema: 1, memberships: [whole, { ...whole, ...change }] })).toBeUndefined();
  });

  it.each<JsonObject>([
    {},
    { schema: 2, memberships: [] },
    { schema: 1 },
    { schema: 1, memberships: {} },
    { schema: 1, memberships: ["erin"] },
    { schema: 1, memberships: [], invitations: {} },
    { schema: 1, memberships: [], invitations: ["erin"] },
  ])("is damaged as %j", (value) => {
    expect(parseGroupPeople(value)).toBeUndefined();
  });

  it("loses what ended or was not claimed long ago", () => {
    const people = {
      memberships: [
        membershipOf("erin", "editors", { until }),
        membershipOf("bob", "viewers", { person: undefined }),
        membershipOf("alice", "owners"),
      ],
      invitations: [],
    };
    const names = (at: number) => withoutOld(people, at).memberships.map(({ username }) => username);
    expect(names(lastSecond + 90 * day)).toEqual(["erin", "bob", "alice"]);
    expect(names(lastSecond + 90 * day + 1)).toEqual(["bob", "alice"]);
    expect(names(noon + 120 * day)).toEqual(["alice"]);
  });

  it("has room for as many as a group may have, with the longest names", () => {
    const longest = "\u{1f9a0}".repeat(16);
    const one = membershipOf(longest, "editors", {
      until,
      addedBy: longest,
      claimedAt: noon,
      person: personOf(longest),
    });
    const invitation = invitationOf({
      note: "\u{1f9a0}".repeat(maxNoteLength / 2),
      until,
      createdBy: nameOf(longest),
      creator: personOf(longest),
      declinedBy: longest,
    });
    const whole = JSON.stringify(
      serialiseGroupPeople({
        memberships: Array(maxMemberships).fill(one),
        invitations: Array(maxInvitations).fill(invitation),
      }),
    );
    expect(Buffer.byteLength(whole)).toBeLessThan(1_000_000);
  });
});
