import { describe, expect, it } from "vitest";
import type { Username } from "../../../src/domain/identity/user.ts";
import { matches, mayMatch, ownersInLogout } from "../../../src/domain/sessions/logout-claims.ts";
import type { Login } from "../../../src/domain/sessions/session.ts";
import {
  isOfAnotherProviderSession,
  isOfSameProviderSession,
  ownersOf,
  providerNames,
} from "../../../src/domain/sessions/session-owner.ts";
import type { SealedText } from "../../../src/domain/sessions/token-set.ts";

const login = (names: Pick<Login, "subject" | "providerSession">): Login => ({
  username: "alice" as Username,
  since: 1,
  sealedTokens: "" as SealedText,
  ...names,
});

const claims = (subject?: string, providerSession?: string) => ({ id: "n", subject, providerSession });

describe("a logout token", () => {
  it.each([
    ["a person, who is this login's", claims("p"), { subject: "p", providerSession: "s" }, true],
    ["a person, who is another", claims("q"), { subject: "p" }, false],
    ["a person, and this one's is not known", claims("p"), { providerSession: "s" }, false],
    ["a session, which is this login's", claims(undefined, "s"), { providerSession: "s" }, true],
    ["a session, which is another", claims(undefined, "t"), { providerSession: "s" }, false],
    ["a session, and this login's is not known", claims(undefined, "s"), { subject: "p" }, false],
    ["both, which fit", claims("p", "s"), { subject: "p", providerSession: "s" }, true],
    [
      "both, and the session is another of this person's",
      claims("p", "t"),
      { subject: "p", providerSession: "s" },
      false,
    ],
    [
      "both, and the session is another person's",
      claims("q", "s"),
      { subject: "p", providerSession: "s" },
      false,
    ],
    ["both, and this login's session is not known", claims("p", "s"), { subject: "p" }, true],
    ["nothing at all", claims(), { subject: "p", providerSession: "s" }, false],
  ] as const)("that names %s: does it concern the login?", (_, told, names, does) => {
    expect(matches(told, login(names))).toBe(does);
  });

  it("may concern every login of the person it names, and of the session alone if it names nobody", () => {
    const names = { subject: "p", providerSession: "s" };
    expect(mayMatch(claims("p", "t"), login(names))).toBe(true);
    expect(mayMatch(claims("q", "s"), login(names))).toBe(false);
    expect(mayMatch(claims(undefined, "s"), login(names))).toBe(true);
    expect(mayMatch(claims(undefined, "t"), login(names))).toBe(false);
    expect(mayMatch(claims("p"), login({}))).toBe(false);
  });

  it("leads nowhere by names that it does not tell", () => {
    expect(ownersInLogout(claims("p"))).toEqual(["subject:p"]);
    expect(ownersInLogout(claims(undefined, "s"))).toEqual(["sid:s"]);
    expect(ownersInLogout(claims())).toEqual([]);
  });

  it("leads to the owners under which such logins were entered", () => {
    const owners = ownersOf(login({ subject: "p", providerSession: "s" }));
    expect(ownersInLogout(claims("p", "s")).every((owner) => owners.includes(owner))).toBe(true);
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

describe("the sessions at the provider that two logins came of", () => {
  const known = { subject: "p", providerSession: "s" };
  it.each([
    ["are the same", known, known, "same"],
    ["differ in name", known, { subject: "p", providerSession: "t" }, "another"],
    ["are of different people", known, { subject: "q", providerSession: "s" }, "another"],
    ["are not both known", known, { subject: "p" }, "unknown"],
    ["are both not known", { subject: "p" }, { subject: "p" }, "unknown"],
    ["are not known, but the people differ", { subject: "p" }, { subject: "q" }, "another"],
  ] as const)("%s", (_, one, other, expected) => {
    for (const pair of [
      [one, other],
      [other, one],
    ] as const) {
      const [a, b] = [login(pair[0]), login(pair[1])];
      expect(isOfSameProviderSession(a, b)).toBe(expected === "same");
      expect(isOfAnotherProviderSession(a, b)).toBe(expected === "another");
    }
  });
});
