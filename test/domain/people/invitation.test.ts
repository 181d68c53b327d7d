import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/brand.ts";
import type { CalendarDay } from "../../../src/domain/calendar-day.ts";
import type { Invitation } from "../../../src/domain/people/invitation.ts";
import {
  invitationState,
  parseInvitation,
  parseSecret,
  secretFrom,
  serialiseInvitation,
} from "../../../src/domain/people/invitation.ts";
import type { Membership } from "../../../src/domain/people/membership.ts";
import { cleanNote } from "../../../src/domain/people/note.ts";
import type { PersonRecord } from "../../../src/domain/people/person-record.ts";
import { invitationOf, lab, membershipOf, noon, personOf, recordOf } from "./sample.ts";

const day = (text: string) => text as CalendarDay;
const endOf = (year: number, month: number, date: number) => Date.UTC(year, month - 1, date + 1) / 1000;

describe("the secret of an invitation", () => {
  it("is 26 characters of Base32, five bits of each character of the random text", () => {
    const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    expect(secretFrom(base64url.slice(0, 26))).toBe("abcdefghijklmnopqrstuvwxyz");
    expect(secretFrom(base64url.slice(26, 52))).toBe("234567abcdefghijklmnopqrst");
    expect(secretFrom(`${base64url.slice(-7)}${"A".repeat(20)}`)).toBe("z234567aaaaaaaaaaaaaaaaaaa");
  });

  it("is told from other texts", () => {
    const secret = secretFrom("k".repeat(27));
    expect(parseSecret(secret)).toBe(secret);
    for (const text of ["", secret.slice(1), `${secret}a`, secret.toUpperCase(), `${secret.slice(1)}1`]) {
      expect(parseSecret(text)).toBeUndefined();
    }
  });
});

describe("an invitation", () => {
  interface Known {
    readonly memberships?: readonly Membership[];
    readonly lastSignIn?: PersonRecord;
  }
  const owner = membershipOf("dora", "owners");
  const stateOf = (
    invitation: Invitation,
    { memberships = [owner], lastSignIn }: Known = {},
    at: number = noon,
  ) => invitationState(invitation, { group: lab, memberships, lastSignIn }, at);

  it("is open until the last second of its last day, and no longer than its membership would be", () => {
    const end = endOf(2026, 12, 4);
    expect([stateOf(invitationOf(), {}, end - 1), stateOf(invitationOf(), {}, end)]).toEqual([
      "open",
      "expired",
    ]);
    const short = invitationOf({ until: day("2026-11-27") });
    const soon = endOf(2026, 11, 27);
    expect([stateOf(short, {}, soon - 1), stateOf(short, {}, soon)]).toEqual(["open", "expired"]);
  });

  it("is not open once somebody has declined it", () => {
    expect(stateOf(invitationOf({ declinedBy: "erin" }))).toBe("declined");
  });

  const signedIn = (lastSignIn: string, ...roles: PersonRecord["roles"]) =>
    recordOf("dora", { lastSignIn: day(lastSignIn), roles });
  const ownerBy = (from: "provider" | "mapping") => ({ group: lab, role: "owners", from }) as const;

  it.each<[string, boolean, Known, string]>([
    ["whose membership goes on", false, {}, "open"],
    ["whose membership has ended", false, { memberships: [] }, "void"],
    ["who has become an editor", false, { memberships: [membershipOf("dora", "editors")] }, "void"],
    [
      "whom the provider has made an owner since",
      false,
      { memberships: [], lastSignIn: signedIn("2026-11-27", ownerBy("provider")) },
      "open",
    ],
    ["of the provider, of whom nothing new is known", true, { memberships: [] }, "open"],
    [
      "of the provider, who has signed in before only",
      true,
      { memberships: [], lastSignIn: signedIn("2026-11-20") },
      "open",
    ],
    [
      "of the provider, who has signed in on that day",
      true,
      { memberships: [], lastSignIn: signedIn("2026-11-27") },
      "open",
    ],
    [
      "of the provider, who came back without the role",
      true,
      {
        memberships: [],
        lastSignIn: signedIn("2026-11-28", { group: lab, role: "editors", from: "provider" }),
      },
      "void",
    ],
    [
      "of the provider, who came back with the role",
      true,
      { memberships: [], lastSignIn: signedIn("2026-11-28", ownerBy("mapping")) },
      "open",
    ],
    [
      "of the provider, whose username somebody else has now",
      true,
      { memberships: [], lastSignIn: { ...signedIn("2026-11-28"), person: personOf("the next dora") } },
      "open",
    ],
    [
      "whose username another owner has now",
      false,
      {
        memberships: [],
        lastSignIn: { ...signedIn("2026-11-28", ownerBy("provider")), person: personOf("the next dora") },
      },
      "void",
    ],
  ])("of an owner %s (by the provider: %j)", (_, isByProvidedOwner, known, state) => {
    expect(stateOf(invitationOf({ isByProvidedOwner }), known)).toBe(state);
  });

  it.each<JsonObject>([
    { id: "0f" },
    { id: "G".repeat(64) },
    { role: "kings" },
    { note: 7 },
    { until: "tomorrow" },
    { expires: undefined },
    { expires: "2026-02-30" },
    { createdBy: "" },
    { createdBy: 7 },
    { creator: { issuer: "https://idp.example.org" } },
    { createdAt: "noon" },
    { isByProvidedOwner: "yes" },
    { declinedBy: 7 },
  ])("is damaged with %j", (change) => {
    const whole = serialiseInvitation(invitationOf());
    expect(parseInvitation(whole)).toEqual(invitationOf());
    expect(parseInvitation({ ...whole, ...change })).toBeUndefined();
  });
});

describe("a note", () => {
  it("keeps its lines, and nothing that shows as something else", () => {
    expect(cleanNote("  Hello,\r\nErin\rand\tall\u202e\u0000!\u{1f9a0} \n")).toBe(
      "Hello,\nErin\nand all !\u{1f9a0}",
    );
    expect(cleanNote("\ud800")).toBe("\ufffd");
  });
});
