import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/brand.ts";
import type { CalendarDay } from "../../../src/domain/calendar-day.ts";
import type { NormalisedGroupName } from "../../../src/domain/groups/group.ts";
import type { Subject } from "../../../src/domain/identity/person.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import type { MailAddress } from "../../../src/domain/mail/mail-address.ts";
import type { PersonRecord } from "../../../src/domain/people/person-record.ts";
import {
  isSameSignIn,
  parsePersonRecord,
  providedRoles,
  serialisePerson,
} from "../../../src/domain/people/person-record.ts";
import { userWith } from "../sample.ts";

const record: PersonRecord = {
  username: "alice" as Username,
  person: { issuer: "https://idp.example.org", subject: "1f0c" as Subject },
  lastSignIn: "2026-11-26" as CalendarDay,
  roles: [
    { group: "blab" as NormalisedGroupName, role: "owners", from: "provider" },
    { group: "measles" as NormalisedGroupName, role: "viewers", from: "mapping" },
  ],
};

const email = "alice@lab.example" as MailAddress;

describe("the record of a person", () => {
  it("comes back as it was written", () => {
    expect(parsePersonRecord(serialisePerson(record))).toEqual(record);
    expect(parsePersonRecord(serialisePerson({ ...record, email }))).toEqual({ ...record, email });
  });

  it.each([7, null, "a@b.example, c@d.example"])("has no e-mail address when that is %j", (unusable) => {
    expect(parsePersonRecord({ ...serialisePerson(record), email: unusable })).toEqual(record);
  });

  it.each<JsonObject>([
    { schema: 2 },
    { schema: "1" },
    { username: 7 },
    { subject: "" },
    { issuer: null },
    { lastSignIn: "26.11.2026" },
    { lastSignIn: 20261126 },
  ])("is none with %j", (change) => {
    expect(parsePersonRecord({ ...serialisePerson(record), ...change })).toBeUndefined();
  });

  it("tells of the same sign-in by the day, the person, the address and the roles", () => {
    const other = { ...record.person, subject: "2" as Subject };
    expect(isSameSignIn(record, { ...record })).toBe(true);
    expect(isSameSignIn(record, { ...record, email })).toBe(false);
    expect(isSameSignIn(record, { ...record, lastSignIn: "2026-11-27" as CalendarDay })).toBe(false);
    expect(isSameSignIn(record, { ...record, person: other })).toBe(false);
    expect(isSameSignIn(record, { ...record, roles: [] })).toBe(false);
  });

  it("without role groups, from the first days, is of somebody without roles", () => {
    const { roleGroups: _, ...former } = serialisePerson(record);
    expect(parsePersonRecord(former)?.roles).toEqual([]);
    expect(
      parsePersonRecord({ ...former, roleGroups: { provider: "blab/owners", mapping: [7, "x"] } })?.roles,
    ).toEqual([]);
  });

  it("has room for as many roles as there is sense in", () => {
    const roles = Array.from({ length: 501 }, (_, index) => ({
      group: `lab-${index}` as NormalisedGroupName,
      role: "viewers" as const,
      from: "provider" as const,
    }));
    expect(parsePersonRecord(serialisePerson({ ...record, roles }))?.roles).toHaveLength(500);
  });
});

describe("the roles that the provider gives", () => {
  const { user } = userWith("Blab/editors", "blab/guests", "staff");

  it("are those of role groups that the claim names, and of groups that are mapped to them", () => {
    const mapped = { ...user, authzRoles: new Set([...user.authzRoles, "measles/viewers"]) };
    expect(providedRoles(mapped)).toEqual([
      { group: "blab", role: "editors", from: "provider" },
      { group: "measles", role: "viewers", from: "mapping" },
    ]);
  });

  it("are not those that have been given here only", () => {
    const given = new Set(["blab/owners", "Blab/editors"]);
    const both = { ...user, authzRoles: new Set([...user.authzRoles, ...given]), givenRoles: given };
    expect(providedRoles(both)).toEqual([{ group: "blab", role: "editors", from: "provider" }]);
  });
});
