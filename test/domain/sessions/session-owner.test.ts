import { describe, expect, it } from "vitest";
import type { Subject } from "../../../src/domain/identity/person.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import type { Login } from "../../../src/domain/sessions/session.ts";
import { belongsTo, ownersOf, ownersOfUser } from "../../../src/domain/sessions/session-owner.ts";
import type { SealedText } from "../../../src/domain/sessions/token-set.ts";
import { userWith } from "../sample.ts";

const { user } = userWith();
const login = (more: Partial<Login> = {}): Login => ({
  username: user.username,
  since: 1,
  sealedTokens: "" as SealedText,
  ...more,
});
const another = { ...user.person, subject: "9e9e" as Subject };

describe("a login belongs to a user", () => {
  it.each<[string, Partial<Login>, boolean]>([
    ["who is its person", { person: user.person }, true],
    ["who is its person by another name", { person: user.person, username: "bob" as Username }, true],
    ["who only has its username", { person: another }, false],
    ["who has its username and `sub`, when another person's", { person: another, subject: "1f0c" }, false],
    ["of another issuer with the same subject", { person: { ...user.person, issuer: "other" } }, false],
    ["who has its `sub` and username, when it names no person", { subject: "1f0c" }, true],
    ["who has its `sub` alone", { subject: "1f0c", username: "bob" as Username }, false],
    ["who has its username alone", { subject: "9e9e" }, false],
    ["who has its username, when nothing else is known", {}, false],
  ])("%s", (_, more, does) => {
    expect(belongsTo(login(more), user)).toBe(does);
  });

  it("never because neither of them has a `sub`", () => {
    expect(belongsTo(login(), { ...user, sub: undefined })).toBe(false);
  });
});

describe("the owners by which sessions are looked up", () => {
  it("are all that a login has", () => {
    expect(ownersOf(login())).toEqual(["username:alice"]);
    expect(ownersOf(login({ person: user.person, subject: "1f0c", providerSession: "s" }))).toEqual([
      'person:["https://idp.example.org","1f0c"]',
      "username:alice",
      "subject:1f0c",
      "sid:s",
    ]);
  });

  it("are never a user's name, which others may have", () => {
    const person = 'person:["https://idp.example.org","1f0c"]';
    expect(ownersOfUser(user)).toEqual([person, "subject:1f0c"]);
    expect(ownersOfUser({ ...user, sub: undefined })).toEqual([person]);
  });
});
