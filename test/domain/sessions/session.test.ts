import { describe, expect, it } from "vitest";
import { loginAttemptContext, sessionContext } from "../../../src/domain/sessions/encryption-context.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import { parseSession, parseSessionId, sessionIdBytes } from "../../../src/domain/sessions/session.ts";
import { parseTokens, serialiseTokens } from "../../../src/domain/sessions/token-set.ts";

describe("a session's id", () => {
  it("is 24 bytes in base64url", () => {
    const id = Buffer.alloc(sessionIdBytes, 0xfb).toString("base64url");
    expect(parseSessionId(id)).toBe(id);
  });

  it.each([
    ["is empty", ""],
    ["is too short", "a".repeat(31)],
    ["is too long", "a".repeat(33)],
    ["is base64 of another kind", `${"a".repeat(31)}+`],
    ["holds a slash", `../${"a".repeat(29)}`],
    ["ends in a line feed", `${"a".repeat(32)}\n`],
    ["holds a colon", `a:${"a".repeat(30)}`],
  ])("is refused when it %s", (_, text) => {
    expect(parseSessionId(text)).toBeUndefined();
  });
});

describe("why a session's login ended", () => {
  it.each(["not-renewed", "too-old"])("is read as it was written: %s", (loginEnd) => {
    expect(parseSession(JSON.stringify({ counter: 1, loginEnd }))).toEqual({ counter: 1, loginEnd });
  });

  it.each(["", "another version's", 1, null, {}, "a".repeat(10_000)])(
    "is left out when it is nothing that can be told: %j",
    (loginEnd) => {
      expect(parseSession(JSON.stringify({ counter: 1, loginEnd }))).toEqual({ counter: 1 });
    },
  );
});

describe("a session's login", () => {
  const login = { username: "alice", since: 1, sealedTokens: "sealed" };
  const person = { issuer: "https://idp.example.org", subject: "1f0c" };
  const read = (value: unknown) => parseSession(JSON.stringify({ login: value }));

  it.each([
    ["no more than it needs", login],
    ["a person", { ...login, person }],
    ["a use", { ...login, lastUsed: 2 }],
    ["names of the provider's", { ...login, subject: "s", providerSession: "p", client: "Firefox" }],
  ])("is read with %s", (_, value) => {
    expect(read(value)).toEqual({ login: value });
  });

  it.each([
    ["null", null],
    ["a text", "alice"],
    ["a list", []],
    ["without a username", { ...login, username: "" }],
    ["without tokens", { ...login, sealedTokens: undefined }],
    ["with a number for tokens", { ...login, sealedTokens: 1 }],
    ["of no time", { ...login, since: "1" }],
    ["used at no time", { ...login, lastUsed: "2" }],
    ["of half a person", { ...login, person: { subject: "1f0c" } }],
    ["of a person without a name", { ...login, person: { ...person, subject: "" } }],
    ["of a person that is null", { ...login, person: null }],
    ["of a person that is a text", { ...login, person: "1f0c" }],
    ["with a number for a name of the provider's", { ...login, subject: 1 }],
    ["with null for the client", { ...login, client: null }],
  ])("makes a record no session when it is %s", (_, value) => {
    expect(read(value)).toBeUndefined();
  });
});

describe("the context that a text is sealed under", () => {
  it("differs between sessions, logins, and the two of the same name", () => {
    const contexts = [
      sessionContext("a" as SessionId),
      sessionContext("b" as SessionId),
      loginAttemptContext("a"),
      loginAttemptContext('a"},{"sid":"b'),
    ];
    expect(new Set(contexts).size).toBe(contexts.length);
  });

  it("of a session names its id, as the specification wants it", () => {
    expect(JSON.parse(sessionContext("a" as SessionId))).toEqual({ sid: "a" });
  });
});

describe("a set of tokens", () => {
  const tokens = { idToken: "i", accessToken: "a", refreshToken: 'r"\n' };

  it("is read as it was written", () => {
    expect(parseTokens(serialiseTokens(tokens))).toEqual(tokens);
  });

  it("is read with what userinfo said, if it was asked", () => {
    for (const userinfo of [{}, { groups: ["blab/owners"] }]) {
      expect(parseTokens(serialiseTokens({ ...tokens, userinfo }))).toEqual({ ...tokens, userinfo });
    }
  });

  it("is read with the mark that it was renewed after", () => {
    const renewed = { ...tokens, renewedAfterMark: 0.5 };
    expect(parseTokens(serialiseTokens(renewed))).toEqual(renewed);
  });

  it("loses what does not belong to it", () => {
    expect(parseTokens(JSON.stringify({ ...tokens, more: 1 }))).toEqual(tokens);
  });

  it.each([
    ["no JSON", "{"],
    ["empty", ""],
    ["null", "null"],
    ["a list", "[]"],
    ["a text", '"x"'],
    ["without an id token", '{"accessToken":"a","refreshToken":"r"}'],
    ["without a refresh token", '{"idToken":"i","accessToken":"a"}'],
    ["with a list for userinfo", '{"idToken":"i","accessToken":"a","refreshToken":"r","userinfo":[]}'],
    [
      "with a mark that is no time",
      '{"idToken":"i","accessToken":"a","refreshToken":"r","renewedAfterMark":"1"}',
    ],
    ["with null for userinfo", '{"idToken":"i","accessToken":"a","refreshToken":"r","userinfo":null}'],
    ["with a text for userinfo", '{"idToken":"i","accessToken":"a","refreshToken":"r","userinfo":"x"}'],
    ["of another type", '{"idToken":"i","accessToken":1,"refreshToken":"r"}'],
  ])("is nothing when the text is %s", (_, text) => {
    expect(parseTokens(text)).toBeUndefined();
  });
});
