import { describe, expect, it } from "vitest";
import { mailEnds } from "../../../../src/app/usecases/people/mail-ends.ts";
import { mailMessages } from "../../../../src/app/usecases/people/mail-messages.ts";
import type { CalendarDay } from "../../../../src/domain/calendar-day.ts";
import type { MailAddress } from "../../../../src/domain/mail/mail-address.ts";
import { nobody } from "../../../../src/domain/people/group-people.ts";
import type { Membership } from "../../../../src/domain/people/membership.ts";
import { serialisePerson } from "../../../../src/domain/people/person-record.ts";
import type { RecordId } from "../../../../src/domain/records/record.ts";
import { membershipOf, recordOf } from "../../../domain/people/sample.ts";
import { privateGroup } from "../../../domain/sample.ts";
import { dataSetup, signal } from "../resources/data-setup.ts";

const until = (text: string) => ({ until: text as CalendarDay });

const setup = async (...all: Membership[]) => {
  const d = dataSetup();
  d.clock.pass(Date.UTC(2026, 10, 27, 12) / 1000 - d.clock.now());
  await d.memberships.update(privateGroup, () => ({ ...nobody, memberships: all }), signal);
  for (const name of ["dora", "olga", "erin", "vic"]) {
    const email = name === "olga" ? {} : { email: `${name}@lab.example` as MailAddress };
    await d.records.write(
      { kind: "people", id: name as RecordId },
      serialisePerson(recordOf(name, email)),
      "any",
      signal,
    );
  }
  const sent: string[] = [];
  const mail = {
    isAvailable: true,
    send: (to: string, { subject }: { readonly subject: string }) => sent.push(`${to}: ${subject}`),
  };
  const messages = mailMessages({ origin: "https://groups.lab.example", siteTitle: "Lakeside" });
  const run = (more: object = {}) => mailEnds({ ...d, mail, mailMessages: messages, ...more })();
  return { ...d, sent, run, mail };
};

const owner = membershipOf("dora", "owners");
const ends = "in the group Blab-Private ends on 2026-12-10";

describe("the end of a membership", () => {
  it("is mailed to owners and to whom it concerns 14 days before, once", async () => {
    const d = await setup(
      owner,
      membershipOf("olga", "owners"),
      membershipOf("erin", "editors", until("2026-12-10")),
      membershipOf("vic", "viewers", until("2026-12-12")),
    );
    await d.run();
    const told = [
      `dora@lab.example: The membership of erin ${ends}`,
      `erin@lab.example: Your membership ${ends}`,
    ];
    expect(d.sent).toEqual(told);
    await d.run();
    expect(d.sent).toEqual(told);
    d.clock.pass(2 * 86_400);
    await d.run();
    expect(d.sent.slice(2)).toEqual([
      "dora@lab.example: The membership of vic in the group Blab-Private ends on 2026-12-12",
      "vic@lab.example: Your membership in the group Blab-Private ends on 2026-12-12",
    ]);
  });

  it("is mailed again when it is another end", async () => {
    const d = await setup(owner, membershipOf("erin", "editors", until("2026-12-01")));
    await d.run();
    const { memberships } = await d.memberships.read(privateGroup, signal);
    expect(memberships[1]).toMatchObject({ isEndMailed: true });
    const extended = membershipOf("erin", "editors", until("2026-12-05"));
    await d.memberships.update(privateGroup, () => ({ ...nobody, memberships: [owner, extended] }), signal);
    await d.run();
    expect(d.sent).toHaveLength(4);
  });

  it("is mailed by one instance of twenty", async () => {
    const d = await setup(owner, membershipOf("erin", "editors", until("2026-12-10")));
    await Promise.all(Array.from({ length: 20 }, () => d.run()));
    expect(d.sent).toHaveLength(2);
  });

  it("is not mailed when it is over, waits for somebody, or is of no group, nor without a mail server", async () => {
    const d = await setup(
      owner,
      membershipOf("erin", "editors", until("2026-11-26")),
      membershipOf("vic", "editors", { ...until("2026-12-10"), person: undefined }),
    );
    await d.run();
    await d.memberships.update(
      privateGroup,
      () => ({ ...nobody, memberships: [membershipOf("erin", "editors", until("2026-12-10"))] }),
      signal,
    );
    await d.run({ catalogue: { find: () => undefined } });
    await d.run({ mail: { ...d.mail, isAvailable: false } });
    expect(d.sent).toEqual([]);
  });
});
