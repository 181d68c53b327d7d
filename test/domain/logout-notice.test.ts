import { describe, expect, it } from "vitest";
import { concerns, ownersNamed } from "../../src/domain/logout-notice.ts";
import type { Login } from "../../src/domain/session.ts";
import { ownersOf, providerNames } from "../../src/domain/session-owner.ts";
import type { SealedText } from "../../src/domain/token-set.ts";
import type { Username } from "../../src/domain/user.ts";

const login = (names: Pick<Login, "subject" | "providerSession">): Login => ({
  username: "alice" as Username,
  since: 1,
  sealedTokens: "" as SealedText,
  ...names,
});

const notice = (subject?: string, providerSession?: string) => ({ id: "n", subject, providerSession });

describe("a notice of a logout", () => {
  it.each([
    ["a person, who is this login's", notice("p"), { subject: "p", providerSession: "s" }, true],
    ["a person, who is another", notice("q"), { subject: "p" }, false],
    ["a person, and this one's is not known", notice("p"), { providerSession: "s" }, false],
    ["a session, which is this login's", notice(undefined, "s"), { providerSession: "s" }, true],
    ["a session, which is another", notice(undefined, "t"), { providerSession: "s" }, false],
    ["a session, and this login's is not known", notice(undefined, "s"), { subject: "p" }, false],
    ["both, which fit", notice("p", "s"), { subject: "p", providerSession: "s" }, true],
    [
      "both, and the session is another of this person's",
      notice("p", "t"),
      { subject: "p", providerSession: "s" },
      false,
    ],
    [
      "both, and the session is another person's",
      notice("q", "s"),
      { subject: "p", providerSession: "s" },
      false,
    ],
    ["both, and this login's session is not known", notice("p", "s"), { subject: "p" }, true],
    ["nothing at all", notice(), { subject: "p", providerSession: "s" }, false],
  ] as const)("that names %s: does it concern the login?", (_, told, names, does) => {
    expect(concerns(told, login(names))).toBe(does);
  });

  it("leads to the owners under which such logins were entered", () => {
    const owners = ownersOf(login({ subject: "p", providerSession: "s" }));
    expect(ownersNamed(notice("p", "s")).every((owner) => owners.includes(owner))).toBe(true);
    expect(new Set(ownersOf(login({ subject: "alice", providerSession: "alice" }))).size).toBe(3);
  });
});

describe("the provider's names in a token", () => {
  it.each([
    [
      { sub: "p", sid: "s", other: 1 },
      { subject: "p", providerSession: "s" },
    ],
    [{ sub: "p" }, { subject: "p" }],
    [{ sub: "", sid: "" }, {}],
    [{ sub: 7, sid: ["s"] }, {}],
    [{ sub: "x".repeat(1001) }, {}],
    [{}, {}],
  ])("of %o are %o", (claims, names) => {
    expect(providerNames(claims)).toEqual(names);
  });
});
