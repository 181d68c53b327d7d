import { describe, expect, it } from "vitest";
import { noMailer } from "../../../../src/adapters/no-mail/mailer.ts";
import { sendMail } from "../../../../src/app/usecases/people/send-mail.ts";
import type { MailAddress } from "../../../../src/domain/mail/mail-address.ts";
import type { MailMessage, MailOutcome } from "../../../../src/ports/driven/mail/mailer.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { manualBackground } from "../sessions/manual-background.ts";

const accepted: MailOutcome = { kind: "accepted" };
const failed: MailOutcome = { kind: "failed", reason: "ESOCKET" };
const refused: MailOutcome = { kind: "refused", reason: "EENVELOPE" };

const content = { what: "invitation", subject: "A subject", text: "s3cret" } as const;
const alice = "alice@lab.example" as MailAddress;

/** A mailer with these outcomes, one after the other. */
const setup = (...outcomes: MailOutcome[]) => {
  const messages: MailMessage[] = [];
  const mailer = {
    isConfigured: true,
    send: async (message: MailMessage) => {
      messages.push(message);
      return outcomes.shift() ?? accepted;
    },
  };
  const log = recordingLog();
  const background = manualBackground();
  const random = { text: () => "an-id", fraction: () => 0 };
  return { messages, log, background, mail: sendMail({ mailer, background, random, log }) };
};

describe("a mail", () => {
  it("is sent in the background, and logged without its recipient and its text", async () => {
    const s = setup();
    s.mail.send(alice, content);
    expect(s.messages).toEqual([]);
    await s.background.settle();
    expect(s.messages).toEqual([{ id: "an-id", to: alice, subject: "A subject", text: "s3cret" }]);
    expect(s.log.events).toEqual([{ event: "mail", outcome: "accepted", what: "invitation" }]);
  });

  it("is tried again later with the same id, as long as that may help", async () => {
    const s = setup(failed, failed);
    s.mail.send(alice, content);
    const [first] = s.background.waiting;
    expect(first?.after).toBe(0);
    await s.background.settle();
    expect(s.messages.map(({ id }) => id)).toEqual(["an-id", "an-id", "an-id"]);
    expect(s.log.events).toEqual([
      { event: "mail", outcome: "failed", what: "invitation", reason: "ESOCKET" },
      { event: "mail", outcome: "failed", what: "invitation", reason: "ESOCKET" },
      { event: "mail", outcome: "accepted", what: "invitation" },
    ]);
  });

  it("is given up after the fourth try", async () => {
    const s = setup(failed, failed, failed, failed, failed);
    s.mail.send(alice, content);
    await s.background.settle();
    expect(s.messages).toHaveLength(4);
    expect(s.log.events.at(-1)).toMatchObject({ outcome: "given-up" });
  });

  it("is not tried again when the mail server refuses it", async () => {
    const s = setup(refused);
    s.mail.send(alice, content);
    await s.background.settle();
    expect(s.messages).toHaveLength(1);
    expect(s.log.events).toEqual([
      { event: "mail", outcome: "refused", what: "invitation", reason: "EENVELOPE" },
    ]);
  });
});

it("without a mail server nothing is mailed, and whoever asks is told", async () => {
  const s = setup();
  const mail = sendMail({ ...s, mailer: noMailer(), random: { text: () => "", fraction: () => 0 } });
  expect([mail.isAvailable, s.mail.isAvailable]).toEqual([false, true]);
  mail.send(alice, content);
  expect(s.background.waiting).toEqual([]);
  expect(await noMailer().send({ id: "x", to: alice, subject: "", text: "" })).toMatchObject({
    kind: "refused",
  });
});
