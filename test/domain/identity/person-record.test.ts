import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/brand.ts";
import type { Subject } from "../../../src/domain/identity/person.ts";
import {
  isSameSignIn,
  parsePersonRecord,
  serialisePerson,
} from "../../../src/domain/identity/person-record.ts";

const record = {
  username: "alice",
  person: { issuer: "https://idp.example.org", subject: "1f0c" as Subject },
  lastSignIn: "2026-11-26",
};

describe("the record of a person", () => {
  it("comes back as it was written", () => {
    expect(parsePersonRecord(serialisePerson(record))).toEqual(record);
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

  it("tells of the same sign-in by the day and the person", () => {
    const other = { ...record.person, subject: "2" as Subject };
    expect(isSameSignIn(record, { ...record })).toBe(true);
    expect(isSameSignIn(record, { ...record, lastSignIn: "2026-11-27" })).toBe(false);
    expect(isSameSignIn(record, { ...record, person: other })).toBe(false);
  });
});
