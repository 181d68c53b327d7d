import { describe, expect, it } from "vitest";
import { groups } from "../../../../src/app/usecases/groups/groups.ts";
import {
  BadRequest,
  Conflict,
  NotAllowed,
  NotConfigured,
  StoreDown,
  TooManyAttempts,
} from "../../../../src/domain/failure.ts";
import { membershipOf } from "../../../domain/people/sample.ts";
import { privateGroup } from "../../../domain/sample.ts";
import { callerNamed, dora, members, pat } from "../members/members-setup.ts";
import { signal } from "../resources/data-setup.ts";
import { asked, invitationSetup, invitationsOf } from "./invitation-setup.ts";

describe("an invitation that an owner makes", () => {
  it("is open for a week, and of its secret only the hash is kept", async () => {
    const d = await invitationSetup();
    const { secret, mailedTo: _, ...invitation } = await d.invite();
    expect(secret).toMatch(/^[a-z2-7]{26}$/);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));
    expect(invitation).toMatchObject({
      id: Buffer.from(hash).toString("hex"),
      role: "editors",
      expires: "2026-12-04",
      createdBy: "dora",
      createdAt: d.clock.now(),
      isByProvidedOwner: false,
    });
    expect(await invitationsOf(d).list(signal)).toEqual([{ ...invitation, state: "open" }]);
    expect(JSON.stringify(await d.memberships.read(privateGroup, signal))).not.toContain(secret);
    expect(await d.storedPointers()).toEqual([invitation.id]);
  });

  it("is mailed, where mail is sent and an address is given, to it alone", async () => {
    const d = await invitationSetup();
    const sent: string[] = [];
    const mail = {
      isAvailable: true,
      send: (to: string, { text }: { readonly text: string }) => void sent.push(`${to}\n${text}`),
    };
    const mailing = invitationsOf({ groups: groups({ ...d, mail }) });
    expect([mailing.canMail, invitationsOf(d).canMail]).toEqual([true, false]);
    await mailing.create(asked(), signal);
    expect(sent).toEqual([]);
    const { secret, mailedTo } = await mailing.create(asked({ email: "erin@lab.example" }), signal);
    expect(mailedTo).toBe("erin@lab.example");
    expect(sent).toEqual([
      expect.stringMatching(/^erin@lab\.example\ndora invites you to the group Blab-Private/),
    ]);
    expect(sent[0]).toContain(`https://groups.lab.example/invitations/${secret}`);
    expect(JSON.stringify(await d.memberships.read(privateGroup, signal))).not.toContain("erin@lab");
    await expect(mailing.create(asked({ email: "erin" }), signal)).rejects.toThrow(BadRequest);
    await expect(d.invite({ email: "erin@lab.example" })).rejects.toThrow(/sends no mail/);
  });

  it("is not mailed when its maker has had many mailed lately, and is not made then", async () => {
    const d = await invitationSetup();
    const mailing = invitationsOf({
      groups: groups({ ...d, mail: { isAvailable: true, send: () => undefined } }),
    });
    const make = () => mailing.create(asked({ email: "erin@lab.example" }), signal);
    for (let index = 0; index < 20; index++) await make();
    await expect(make()).rejects.toThrow(TooManyAttempts);
    expect(await mailing.list(signal)).toHaveLength(20);
    d.clock.pass(600);
    await make();
  });

  it("has another secret than the next one", async () => {
    const d = await invitationSetup();
    expect((await d.invite()).secret).not.toBe((await d.invite()).secret);
  });

  it("says what the owner said", async () => {
    const d = await invitationSetup();
    const said = { role: "viewers", note: " Hello,\r\nErin ", until: "2027-01-31", expires: "2026-11-27" };
    expect(await d.invite(said)).toMatchObject({ ...said, note: "Hello,\nErin" });
    expect((await d.invite({ note: "  " })).note).toBeUndefined();
    expect((await d.invite({ expires: "2027-02-25" })).expires).toBe("2027-02-25");
  });

  it.each([
    [{ role: "kings" }, /one of viewers, editors, owners/],
    [{ role: "" }, /one of viewers/],
    [{ note: "x".repeat(501) }, /500 characters/],
    [{ until: "2026-11-26" }, /\(until\) is over/],
    [{ until: "31.1.2027" }, /\(until\) has to be/],
    [{ expires: "2026-11-26" }, /\(expires\) is over/],
    [{ expires: "soon" }, /\(expires\) has to be/],
    [{ expires: "2027-02-26" }, /90 days/],
  ])("is refused with %j, and nothing is stored", async (more, sentence) => {
    const d = await invitationSetup();
    const made = d.invite(more);
    await expect(made).rejects.toThrow(BadRequest);
    await expect(made).rejects.toThrow(sentence);
    expect([await invitationsOf(d).list(signal), await d.storedPointers()]).toEqual([[], []]);
  });

  it("is audited, as its withdrawal is", async () => {
    const d = await invitationSetup();
    const { id } = await d.invite();
    await invitationsOf(d).withdraw(id, signal);
    const path = `settings/invitations/${id}`;
    const event = { event: "access", username: "dora", group: "Blab-Private", path };
    expect(d.log.events).toMatchObject([
      { ...event, action: "write" },
      { ...event, action: "delete" },
    ]);
  });

  it("remembers whether the provider made its creator an owner", async () => {
    const d = await invitationSetup();
    expect(await d.invite({}, pat)).toMatchObject({ createdBy: "pat", isByProvidedOwner: true });
  });

  it("is one of a hundred at most; those that have expired make room", async () => {
    const d = await invitationSetup();
    for (let made = 0; made < 100; made++) await d.invite({ expires: made < 50 ? "2026-11-27" : undefined });
    await expect(d.invite()).rejects.toThrow(Conflict);
    expect(await d.storedPointers()).toHaveLength(101);
    await d.background.settle();
    expect(await d.storedPointers()).toHaveLength(100);
    d.clock.pass(86_400);
    expect(await invitationsOf(d).list(signal)).toHaveLength(50);
    await d.invite();
    expect((await d.memberships.read(privateGroup, signal)).invitations).toHaveLength(51);
    await d.background.settle();
    expect(await d.storedPointers()).toHaveLength(51);
  });

  it("leaves no pointer when it could not be stored, once the store is back", async () => {
    const d = await invitationSetup();
    const memberships = { ...d.memberships, update: () => Promise.reject(new StoreDown()) };
    const broken = { ...d, groups: groups({ ...d, memberships }) };
    await expect(invitationsOf(broken).create(asked(), signal)).rejects.toThrow(StoreDown);
    await d.background.settle();
    expect(await d.storedPointers()).toEqual([]);
  });

  it("is void when its creator is no owner any more, which the others see", async () => {
    const d = await invitationSetup(membershipOf("olga", "owners"));
    await d.invite();
    await d.signedIn("olga");
    await members(d, callerNamed("olga", "owners")).revoke("owners", "dora", signal);
    const [listed] = await invitationsOf(d, callerNamed("olga", "owners")).list(signal);
    expect(listed?.state).toBe("void");
  });
});

describe("the invitations of a group", () => {
  it("are for its owners", async () => {
    const d = await invitationSetup(membershipOf("erin", "editors"));
    const { id } = await d.invite();
    const of = invitationsOf(d, callerNamed("erin", "editors"));
    await expect(of.list(signal)).rejects.toThrow(NotAllowed);
    await expect(of.create(asked({ role: "kings" }), signal)).rejects.toThrow(NotAllowed);
    await expect(of.withdraw(id, signal)).rejects.toThrow(NotAllowed);
    expect(await invitationsOf(d).list(signal)).toHaveLength(1);
  });

  it("can be withdrawn, again and again, and others stay", async () => {
    const d = await invitationSetup();
    const [first, second] = [await d.invite(), await d.invite()];
    for (const id of [first.id, first.id, "0".repeat(64), "../people/dora"]) {
      await invitationsOf(d).withdraw(id, signal);
    }
    expect((await invitationsOf(d).list(signal)).map(({ id }) => id)).toEqual([second.id]);
    await d.background.settle();
    expect(await d.storedPointers()).toEqual([second.id]);
  });

  it("are all there when twenty owners make one at once", async () => {
    const d = await invitationSetup();
    await Promise.all(Array.from({ length: 20 }, () => d.invite()));
    expect(await invitationsOf(d).list(signal)).toHaveLength(20);
  });

  it("are none where roles are kept at the provider", async () => {
    const d = await invitationSetup();
    const elsewhere = { ...d, groups: groups({ ...d, memberships: undefined }) };
    const of = invitationsOf(elsewhere, pat);
    await expect(of.list(signal)).rejects.toThrow(NotConfigured);
    await expect(of.create(asked(), signal)).rejects.toThrow(NotConfigured);
    await expect(of.withdraw("0".repeat(64), signal)).rejects.toThrow(NotConfigured);
    await expect(invitationsOf(elsewhere, dora).list(signal)).rejects.toThrow(NotConfigured);
  });
});
