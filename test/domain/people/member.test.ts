import { describe, expect, it } from "vitest";
import type { CalendarDay } from "../../../src/domain/calendar-day.ts";
import { membersOf, personNamed } from "../../../src/domain/people/member.ts";
import type { Membership } from "../../../src/domain/people/membership.ts";
import type { PersonRecord } from "../../../src/domain/people/person-record.ts";
import { lab, membershipOf, nameOf, noon, personOf, recordOf } from "./sample.ts";

const members = (memberships: readonly Membership[], people: readonly PersonRecord[]) =>
  membersOf(lab, { memberships, people }, noon);

const states = (memberships: readonly Membership[], people: readonly PersonRecord[]) =>
  members(memberships, people).map(({ username, roles, sources }) => ({
    username,
    roles,
    states: sources.map((source) => (source.from === "here" ? source.state : source.from)),
  }));

describe("the members of a group", () => {
  it("are those of all sources, each once, by username, with their roles from the least privileged", () => {
    const dora = recordOf("dora", {
      roles: [
        { group: lab, role: "owners", from: "provider" },
        { group: lab, role: "viewers", from: "mapping" },
        { group: "other" as typeof lab, role: "editors", from: "provider" },
      ],
    });
    const until = "2027-01-31" as CalendarDay;
    expect(
      members([membershipOf("erin", "editors", { until }), membershipOf("dora", "viewers")], [dora]),
    ).toEqual([
      {
        username: "dora",
        roles: ["viewers", "owners"],
        lastSignIn: "2026-11-20",
        sources: [
          { from: "provider", role: "owners" },
          { from: "mapping", role: "viewers" },
          { from: "here", role: "viewers", addedBy: "dora", state: "active" },
        ],
      },
      {
        username: "erin",
        roles: ["editors"],
        lastSignIn: undefined,
        sources: [{ from: "here", role: "editors", until, addedBy: "dora", state: "active" }],
      },
    ]);
  });

  it("hold no role by what is pending, lapsed or expired", () => {
    const ended = { until: "2026-11-26" as CalendarDay };
    const all = [
      membershipOf("amy", "owners", { person: undefined }),
      membershipOf("ben", "owners", { person: undefined, addedAt: noon - 31 * 86_400 }),
      membershipOf("cid", "owners", ended),
    ];
    expect(states(all, [])).toEqual([
      { username: "amy", roles: [], states: ["pending"] },
      { username: "ben", roles: [], states: ["lapsed"] },
      { username: "cid", roles: [], states: ["expired"] },
    ]);
    const [amy] = members(all, []);
    expect(amy?.sources).toMatchObject([{ claimableUntil: "2026-12-27" }]);
  });

  it("see who claimed a membership, and when", () => {
    const [erin] = members([membershipOf("erin", "editors", { claimedAt: noon })], []);
    expect(erin?.sources).toMatchObject([{ claimed: "2026-11-27" }]);
  });

  it("are refused when their username was another person's", () => {
    const successor = recordOf("erin", { person: personOf("the next erin") });
    expect(states([membershipOf("erin", "editors")], [successor])).toEqual([
      { username: "erin", roles: [], states: ["refused"] },
    ]);
  });

  it("keep what is theirs under another username", () => {
    const successor = recordOf("erin", { person: personOf("the next erin") });
    const renamed = recordOf("erin.meyer", { person: personOf("erin") });
    expect(states([membershipOf("erin", "editors")], [successor, renamed])).toEqual([
      { username: "erin", roles: [], states: ["refused"] },
      { username: "erin.meyer", roles: ["editors"], states: ["active"] },
    ]);
  });

  it("are found by username as far as somebody of that name has signed in", () => {
    expect(personNamed(nameOf("erin"), [recordOf("bob"), recordOf("erin")])).toEqual(personOf("erin"));
    expect(personNamed(nameOf("amy"), [recordOf("bob")])).toBeUndefined();
  });
});
