import { describe, expect, it } from "vitest";
import { objectRecords } from "../../../../src/adapters/records/object-records.ts";
import { recordSignIn, withBearerRecord } from "../../../../src/app/usecases/people/record-sign-in.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { Subject } from "../../../../src/domain/identity/person.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { MailAddress } from "../../../../src/domain/mail/mail-address.ts";
import { parseRecordId } from "../../../../src/domain/records/record.ts";
import type { Records } from "../../../../src/ports/driven/records/records.ts";
import { userWith } from "../../../domain/sample.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { memoryResourceStore } from "../../../support/memory/resource-store.ts";
import { manualBackground } from "../sessions/manual-background.ts";

const { user: alice } = userWith("blab/owners");
const never = new AbortController().signal;
const key = { kind: "people", id: parseRecordId("alice") ?? expect.unreachable() } as const;

const setup = (replaced: Partial<Records> = {}) => {
  const clock = manualClock();
  const background = manualBackground();
  const stored = objectRecords(memoryResourceStore(clock), "");
  const written: string[] = [];
  const records: Records = {
    ...stored,
    write: (to, value, expected, signal) => {
      written.push(to.id);
      return stored.write(to, value, expected, signal);
    },
    ...replaced,
  };
  return { clock, background, stored, written, record: recordSignIn({ records, background, clock }) };
};

describe("the record of a sign-in", () => {
  it("says who last signed in under a username, and on which day", async () => {
    const s = setup();
    s.clock.pass(Date.UTC(2026, 10, 26, 23, 59) / 1000 - s.clock.now());
    s.record(alice);
    expect(s.written).toEqual([]);
    await s.background.settle();
    expect((await s.stored.read(key, never))?.value).toEqual({
      schema: 1,
      username: "alice",
      issuer: "https://idp.example.org",
      subject: "1f0c",
      lastSignIn: "2026-11-26",
      roleGroups: { provider: ["blab/owners"], mapping: [] },
    });
  });

  it("is written once a day, and when it is another person's", async () => {
    const s = setup();
    const signIn = async (subject: string) => {
      s.record({ ...alice, person: { ...alice.person, subject: subject as Subject } });
      await s.background.settle();
    };
    await signIn("1");
    await signIn("1");
    expect(s.written).toHaveLength(1);
    await signIn("2");
    expect(s.written).toHaveLength(2);
    s.clock.pass(86_400);
    await signIn("2");
    expect(s.written).toHaveLength(3);
    expect((await s.stored.read(key, never))?.value).toMatchObject({ subject: "2" });
  });

  it("has the e-mail address that the provider has verified", async () => {
    const s = setup();
    s.record({ ...alice, email: "alice@lab.example" as MailAddress });
    await s.background.settle();
    expect((await s.stored.read(key, never))?.value).toMatchObject({ email: "alice@lab.example" });
  });

  it("leaves a conflict to the other sign-in of this moment", async () => {
    const s = setup({ write: async () => "conflict" });
    s.record(alice);
    await expect(s.background.settle()).resolves.toBeUndefined();
  });

  it("is not written over one of another shape, which is an outage that names it", async () => {
    const s = setup();
    await s.stored.write(key, { schema: 2, username: "alice" }, "any", never);
    s.record(alice);
    const failure = await s.background.settle().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreDown);
    expect(String((failure as StoreDown).cause)).toContain("people/alice");
    expect((await s.stored.read(key, never))?.value).toEqual({ schema: 2, username: "alice" });
  });

  it("is not made for a username that no record can have", async () => {
    const s = setup();
    s.record({ ...alice, username: "x".repeat(300) as Username });
    expect(s.background.waiting).toEqual([]);
  });
});

describe("the record of who comes with a Bearer token", () => {
  const bearer = { kind: "bearer", token: "x" } as const;

  it("is made once for a token, and not for sessions or strangers", async () => {
    const recorded: string[] = [];
    const caller = { kind: "user", user: alice } as const;
    const identify = withBearerRecord(
      async (credentials) => (credentials.kind === "none" ? anonymous : caller),
      ({ username }) => recorded.push(username),
    );
    const session = { kind: "session", id: "s", stored: {} } as never;
    for (const credentials of [{ kind: "none" } as const, session]) await identify(credentials);
    expect(recorded).toEqual([]);
    expect([await identify(bearer), await identify(bearer)]).toEqual([caller, caller]);
    expect(recorded).toEqual(["alice"]);
  });
});
