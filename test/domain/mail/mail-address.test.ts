import { describe, expect, it } from "vitest";
import { parseMailAddress, parseMailbox } from "../../../src/domain/mail/mail-address.ts";

describe("an e-mail address", () => {
  it.each(["a@b.example", "Anne.O'Neil+groups@sub-domain.uni.example", `${"x".repeat(64)}@b.example`])(
    "is taken: %s",
    (text) => {
      expect(parseMailAddress(text)).toBe(text);
    },
  );

  it.each([
    "",
    "alice",
    "alice@localhost",
    "a@b.example, c@d.example",
    "a@b.example\r\nBcc: c@d.example",
    "a@b.example\n",
    "a b@c.example",
    "<a@b.example>",
    '"a b"@c.example',
    "a@-b.example",
    "a@b..example",
    "ä@b.example",
    "a@b.exämple",
    `${"x".repeat(65)}@b.example`,
    `a@${"b.".repeat(130)}example`,
  ])("is refused: %j", (text) => {
    expect(parseMailAddress(text)).toBeUndefined();
  });
});

describe("a sender", () => {
  it.each([
    ["groups@lab.example", "", "groups@lab.example"],
    [" groups@lab.example ", "", "groups@lab.example"],
    ["Groups of the lab <groups@lab.example>", "Groups of the lab", "groups@lab.example"],
    ['"Groups, of the lab" <groups@lab.example>', "Groups, of the lab", "groups@lab.example"],
    ["<groups@lab.example>", "", "groups@lab.example"],
  ])("is taken: %s", (text, name, address) => {
    expect(parseMailbox(text)).toEqual({ name, address });
  });

  it.each([
    "Groups",
    "Groups <groups>",
    "Groups <a@b.example>, <c@d.example>",
    "Groups\r\nBcc: c@d.example <a@b.example>",
    "<x> <a@b.example>",
  ])("is refused: %j", (text) => {
    expect(parseMailbox(text)).toBeUndefined();
  });
});
