import { describe, expect, it } from "vitest";
import { outcomeOf } from "../../../src/adapters/smtp/smtp-error.ts";

const smtpError = (fields: object) => Object.assign(new Error("for alice@lab.example"), fields);

describe("an error while sending mail", () => {
  it.each([
    [
      { code: "EENVELOPE", responseCode: 550, response: "550 5.1.1 <alice@lab.example>: unknown" },
      { kind: "refused", reason: "EENVELOPE: the mail server answered 550 5.1.1" },
    ],
    [
      { code: "EENVELOPE", responseCode: 451, response: "451 4.7.1 <alice@lab.example>: greylisted" },
      { kind: "failed", reason: "EENVELOPE: the mail server answered 451 4.7.1" },
    ],
    [
      { code: "EAUTH", responseCode: 535, response: "535 alice@lab.example is wrong" },
      { kind: "refused", reason: "EAUTH: the mail server answered 535" },
    ],
    [{ code: "EMESSAGE" }, { kind: "refused", reason: "EMESSAGE" }],
  ])("is told without addresses: %j", (fields, outcome) => {
    expect(outcomeOf(smtpError(fields))).toEqual(outcome);
  });

  it("of the connection is told in its own words, and may pass", () => {
    const error = Object.assign(new Error("connect ECONNREFUSED\n127.0.0.1:25"), { code: "ESOCKET" });
    expect(outcomeOf(error)).toEqual({
      kind: "failed",
      reason: "ESOCKET: connect ECONNREFUSED 127.0.0.1:25",
    });
  });
});
