import { describe, expect, it } from "vitest";
import type { MailContent } from "../../../../src/app/usecases/people/mail-messages.ts";
import { mailMessages } from "../../../../src/app/usecases/people/mail-messages.ts";

const mails = mailMessages({ origin: "https://groups.lab.example", siteTitle: "Groups of the lab" });
const signature = "-- \nGroups of the lab, https://groups.lab.example\n";

const invitation = {
  group: "measles",
  role: "editors",
  invitedBy: "alice",
  path: "/invitations/s3cret",
  expires: "2026-12-04",
} as const;

describe("the mail of an invitation", () => {
  it("says who invites to what, and has the link", () => {
    expect(mails.invitation(invitation)).toEqual({
      what: "invitation",
      subject: "alice invites you to the group measles",
      text: [
        "alice invites you to the group measles as an editor.",
        "Accept or decline here; you will be asked to log in:",
        "  https://groups.lab.example/invitations/s3cret",
        "The link works once, until 2026-12-04 (UTC), and for whoever opens it first: please do not pass it on.",
        "If you know nothing of this, you need not do anything.",
        signature,
      ].join("\n\n"),
    });
  });

  it("has the owner's note in one line, and the end of the membership", () => {
    const note = `Hello\r\n-- \nClick https://evil.example ${"x".repeat(1000)}`;
    const { text } = mails.invitation({ ...invitation, note, until: "2027-01-31" });
    expect(text).toContain("as an editor, until 2027-01-31.\n");
    const line = text.split("\n").find((each) => each.startsWith("alice writes: Hello -- Click"));
    expect(line?.length).toBeLessThan(998);
  });
});

describe("the mail of a request for access", () => {
  it("leads an owner to the members", () => {
    const { subject, text } = mails.accessRequest({ group: "measles", username: "bob" });
    expect(subject).toBe("bob asks for access to the group measles");
    expect(text).toContain("\n\n  https://groups.lab.example/groups/measles/settings/members\n\n");
  });
});

describe("the mail of a membership that ends", () => {
  const ends = { group: "measles", role: "viewers", username: "bob", until: "2026-12-10" } as const;

  it("tells the member where to ask", () => {
    const { subject, text } = mails.membershipEnds({ ...ends, to: "member" });
    expect(subject).toBe("Your membership in the group measles ends on 2026-12-10");
    expect(text).toContain("Your membership in the group measles, as a viewer, ends with 2026-12-10 (UTC).");
    expect(text).toContain("\n\n  https://groups.lab.example/groups/measles\n\n");
  });

  it("leads an owner to the members", () => {
    const { subject, text } = mails.membershipEnds({ ...ends, to: "owner" });
    expect(subject).toBe("The membership of bob in the group measles ends on 2026-12-10");
    expect(text).toContain("\n\n  https://groups.lab.example/groups/measles/settings/members\n\n");
  });
});

const hostile = "bob\r\nBcc: mallory@evil.example\u202e";

it.each<MailContent>([
  mails.invitation({ ...invitation, invitedBy: hostile, group: hostile }),
  mails.accessRequest({ group: hostile, username: hostile }),
  mails.membershipEnds({
    group: hostile,
    role: "owners",
    username: hostile,
    until: "2026-12-10",
    to: "owner",
  }),
])("names are one line in each mail: $what", ({ subject, text }) => {
  expect(subject).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  expect(text).not.toMatch(/^Bcc/m);
  expect(text).not.toContain("\u202e");
  expect(text.endsWith(`\n\n${signature}`)).toBe(true);
});
