import { describe, expect, it } from "vitest";
import type { CalendarDay } from "../../../src/domain/calendar-day.ts";
import { rebindingOf, rebindingOfMembership, rebound } from "../../../src/domain/people/rebinding.ts";
import { membershipOf, nameOf, noon, personOf, recordOf } from "./sample.ts";

const issuer = "https://new.example.org";
const there = (subject: string) => ({ ...personOf(subject), issuer });
const erin = { username: nameOf("erin"), person: personOf("erin") };
const day = (text: string) => text as CalendarDay;

describe("what becomes of something when its person is another provider's", () => {
  it.each([
    ["goes to who has the username there", [recordOf("erin", { person: there("7") })], "bind"],
    ["waits when nobody of the username has come", [recordOf("amy", { person: there("8") })], "wait"],
    ["waits when nobody but its person has come", [recordOf("erin")], "wait"],
    [
      "is left when the username had become another person's",
      [recordOf("erin", { person: personOf("the next erin") })],
      "reassigned",
    ],
    [
      "is left when its person came last by another username",
      [
        recordOf("erin", { lastSignIn: day("2026-11-19") }),
        recordOf("erin.meyer", { person: personOf("erin") }),
      ],
      "renamed",
    ],
    [
      "waits when its person came by another username before",
      [recordOf("erin"), recordOf("erin.meyer", { person: personOf("erin"), lastSignIn: day("2026-11-19") })],
      "wait",
    ],
    [
      "is left when its person is known by another username only",
      [recordOf("erin.meyer", { person: personOf("erin") })],
      "renamed",
    ],
    [
      "waits when the username was last another provider's again",
      [recordOf("erin", { person: { ...personOf("erin"), issuer: "https://between.example.org" } })],
      "wait",
    ],
  ])("%s", (_, people, kind) => {
    expect(rebindingOf(erin, people, issuer)?.kind).toBe(kind);
  });

  it("is nothing when it is of the present one", () => {
    expect(rebindingOf({ ...erin, person: there("erin") }, [], issuer)).toBeUndefined();
  });
});

describe("a membership", () => {
  it.each([
    ["has ended", { until: day("2026-11-26") }],
    ["waits anyway", { person: undefined }],
    ["is of the present provider", { person: there("erin") }],
  ])("is left when it %s", (_, more) => {
    const one = membershipOf("erin", "editors", more);
    expect(rebindingOfMembership(one, [], issuer, noon)).toBeUndefined();
  });

  it("waits from now on, and keeps its role, its end and who gave it", () => {
    const one = membershipOf("erin", "editors", { until: day("2027-01-31"), claimedAt: noon });
    expect(rebound(one, { kind: "wait" }, noon + 90 * 86_400)).toEqual({
      ...one,
      person: undefined,
      claimedAt: undefined,
      addedAt: noon + 90 * 86_400,
    });
  });

  it("becomes another person's, from which day on it says", () => {
    const one = membershipOf("erin", "editors");
    const how = { kind: "bind", person: there("7"), lastSignIn: day("2026-11-26") } as const;
    expect(rebound(one, how, noon + 60)).toEqual({ ...one, person: there("7"), claimedAt: noon + 60 });
    expect(rebound(one, { kind: "reassigned" }, noon + 60)).toBe(one);
  });
});
