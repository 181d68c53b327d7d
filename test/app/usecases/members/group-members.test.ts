import { describe, expect, it } from "vitest";
import { groups } from "../../../../src/app/usecases/groups/groups.ts";
import { BadRequest, Conflict, NotAllowed, NotConfigured, NotFound } from "../../../../src/domain/failure.ts";
import type { AccessRequest } from "../../../../src/domain/people/access-request.ts";
import { serialisePerson } from "../../../../src/domain/people/person-record.ts";
import type { RecordId } from "../../../../src/domain/records/record.ts";
import { membershipOf, noon, personOf, recordOf } from "../../../domain/people/sample.ts";
import { privateGroup } from "../../../domain/sample.ts";
import { opened, signal } from "../resources/data-setup.ts";
import { callerNamed, dora, members, pat, membersSetup as setup } from "./members-setup.ts";

const requestOf = (username: string): AccessRequest => ({
  id: "AAAAAAAAAAAAAAAA" as never,
  username: username as never,
  person: personOf(username),
  note: undefined,
  requestedAt: noon,
});

describe("a role that an owner gives", () => {
  it("is bound at once to who has that username, until the day that was said", async () => {
    const d = await setup();
    await d.signedIn("erin");
    await members(d, dora).grant("editors", "erin", "2027-01-31", signal);
    expect((await d.kept()).at(-1)).toEqual(
      membershipOf("erin", "editors", { until: "2027-01-31" as never, addedAt: d.clock.now() }),
    );
    expect(await d.rolesOf()).toEqual({ dora: ["owners"], erin: ["editors"] });
  });

  it("waits for somebody of that username when nobody has come yet", async () => {
    const d = await setup();
    await members(d, dora).grant("editors", "amy", undefined, signal);
    expect((await d.kept()).at(-1)).toMatchObject({ username: "amy", person: undefined });
    expect(await d.rolesOf()).toEqual({ amy: [], dora: ["owners"] });
  });

  it("replaces the same role and no other, and changes nothing when it is the same", async () => {
    const d = await setup(
      membershipOf("erin", "viewers"),
      membershipOf("erin", "editors", { addedBy: "bob" }),
    );
    await d.signedIn("erin");
    await members(d, dora).grant("editors", "erin", undefined, signal);
    expect((await d.kept()).at(-1)).toMatchObject({ role: "editors", addedBy: "bob" });
    await members(d, dora).grant("editors", "erin", "2027-01-31", signal);
    expect((await d.kept()).map(({ username, role, until }) => [username, role, until])).toEqual([
      ["dora", "owners", undefined],
      ["erin", "viewers", undefined],
      ["erin", "editors", "2027-01-31"],
    ]);
  });

  it("is bound anew, when the username has become another person's", async () => {
    const d = await setup(membershipOf("erin", "editors", { person: personOf("the former erin") }));
    await d.signedIn("erin");
    expect(await d.rolesOf()).toEqual({ dora: ["owners"], erin: [] });
    await members(d, dora).grant("editors", "erin", undefined, signal);
    expect(await d.rolesOf()).toEqual({ dora: ["owners"], erin: ["editors"] });
  });

  it.each([
    ["kings", "erin", undefined, NotFound],
    ["editors", " erin", undefined, BadRequest],
    ["editors", "er\u0000in", undefined, BadRequest],
    ["editors", "x".repeat(201), undefined, BadRequest],
    ["editors", "erin", "2026-11-26", BadRequest],
    ["editors", "erin", "2027-02-30", BadRequest],
  ] as const)("is refused for %s, %j, %j, and nothing changes", async (role, name, until, failure) => {
    const d = await setup();
    await expect(members(d, dora).grant(role, name, until, signal)).rejects.toThrow(failure);
    expect(await d.kept()).toHaveLength(1);
  });

  it("counts on its last day", async () => {
    const d = await setup();
    await d.signedIn("erin");
    await members(d, dora).grant("editors", "erin", "2026-11-27", signal);
    expect(await d.rolesOf()).toMatchObject({ erin: ["editors"] });
  });

  it("is refused when the group has as many as there is room for", async () => {
    const many = Array.from({ length: 1999 }, (_, index) => membershipOf(`p${index}`, "viewers"));
    const d = await setup(...many);
    await expect(members(d, dora).grant("editors", "erin", undefined, signal)).rejects.toThrow(Conflict);
    await members(d, dora).grant("viewers", "p7", "2027-01-31", signal);
    expect(await d.kept()).toHaveLength(2000);
  });

  it("is for owners to give, and to take back", async () => {
    const d = await setup(membershipOf("erin", "editors"), membershipOf("vic", "viewers"));
    for (const caller of [callerNamed("erin", "editors"), callerNamed("vic", "viewers")]) {
      await expect(members(d, caller).grant("owners", "erin", undefined, signal)).rejects.toThrow(NotAllowed);
      await expect(members(d, caller).revoke("viewers", "vic", signal)).rejects.toThrow(NotAllowed);
    }
    expect(await d.kept()).toHaveLength(3);
  });
});

describe("an owner who is none any more", () => {
  it.each(["memberships", "another group of the name"])(
    "by %s changes nothing, though this instance has not heard of it yet",
    async (by) => {
      const d = await setup(membershipOf("erin", "editors"));
      await d.signedIn("dora", "erin");
      const settings = opened(d, dora, privateGroup).settings();
      const { members: list, invitations, accessRequests } = settings;
      const present =
        by === "memberships"
          ? [membershipOf("dora", "viewers"), membershipOf("erin", "owners")]
          : [membershipOf("ned", "owners")];
      await d.memberships.update(privateGroup, () => ({ memberships: present, invitations: [] }), signal);
      await d.requests.update(privateGroup, () => [requestOf("amy")], signal);
      const attempts = [
        list.grant("owners", "dora", undefined, signal),
        list.change("viewers", "dora", { role: "owners", until: undefined }, signal),
        list.revoke("owners", "erin", signal),
        invitations.create({ role: "owners" } as never, signal),
        accessRequests.grant(requestOf("amy").id, "editors", undefined, signal),
      ];
      for (const attempt of await Promise.allSettled(attempts)) {
        expect(attempt).toMatchObject({ status: "rejected", reason: expect.any(NotAllowed) });
      }
      expect(await d.kept()).toEqual(present);
    },
  );
});

describe("a role that is taken back", () => {
  it("is gone, and again, and with it only the memberships of that role", async () => {
    const d = await setup(membershipOf("erin", "editors"), membershipOf("erin", "viewers"));
    await members(d, dora).revoke("editors", "erin", signal);
    await members(d, dora).revoke("editors", "erin", signal);
    expect(await d.rolesOf()).toEqual({ dora: ["owners"], erin: ["viewers"] });
  });

  it("of somebody who has another username now is found by the person", async () => {
    const d = await setup(membershipOf("erin", "editors"));
    const renamed = recordOf("erin.meyer", { person: personOf("erin") });
    const next = recordOf("erin", { person: personOf("the next erin") });
    for (const one of [renamed, next]) {
      await d.records.write(
        { kind: "people", id: one.username as string as RecordId },
        serialisePerson(one),
        "any",
        signal,
      );
    }
    await members(d, dora).revoke("editors", "erin.meyer", signal);
    expect(await d.kept()).toHaveLength(1);
  });

  it("is refused when the provider gives it, and says from where", async () => {
    const d = await setup();
    const provided = recordOf("rita", {
      roles: [{ group: "blab-private" as never, role: "editors", from: "mapping" }],
    });
    await d.records.write(
      { kind: "people", id: "rita" as RecordId },
      serialisePerson(provided),
      "any",
      signal,
    );
    await expect(members(d, dora).revoke("editors", "rita", signal)).rejects.toThrow(/ROLE_GROUPS/);
    await expect(members(d, pat).revoke("owners", "pat", signal)).rejects.toThrow(
      /identity provider's groups/,
    );
    await members(d, dora).revoke("viewers", "rita", signal);
  });

  it("is not the last owner's", async () => {
    const d = await setup(
      membershipOf("amy", "owners", { person: undefined, addedAt: Date.UTC(2026, 10, 27) / 1000 }),
    );
    await expect(members(d, dora).revoke("owners", "dora", signal)).rejects.toThrow(/without an owner/);
    await expect(members(d, dora).leave(signal)).rejects.toThrow(Conflict);
    expect(await d.kept()).toHaveLength(2);
    await d.signedIn("erin");
    await members(d, dora).grant("owners", "erin", undefined, signal);
    await members(d, dora).revoke("owners", "dora", signal);
    expect((await d.kept()).map(({ username }) => username)).toEqual(["amy", "erin"]);
  });

  it("may be an owner's whom the provider makes one too", async () => {
    const d = await setup();
    await members(d, pat).revoke("owners", "dora", signal);
    expect(await d.kept()).toEqual([]);
  });

  it("of twenty owners who go at once leaves one", async () => {
    const names = Array.from({ length: 19 }, (_, index) => `owner${index}`);
    const d = await setup(...names.map((name) => membershipOf(name, "owners")));
    await d.signedIn("dora", ...names);
    const all = ["dora", ...names].map((name) => members(d, callerNamed(name, "owners")).leave(signal));
    const refused = (await Promise.allSettled(all)).filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(1);
    expect(await d.kept()).toHaveLength(1);
  });
});

describe("a role that is changed", () => {
  it("is another one in one step, or has another last day, and nothing else changes", async () => {
    const d = await setup(membershipOf("erin", "editors"), membershipOf("vic", "viewers"));
    await d.signedIn("erin", "vic");
    await members(d, dora).change("editors", "erin", { role: "owners", until: undefined }, signal);
    await members(d, dora).change("viewers", "vic", { role: "viewers", until: "2027-01-31" }, signal);
    expect((await d.kept()).map(({ username, role, until }) => [username, role, until])).toEqual([
      ["dora", "owners", undefined],
      ["erin", "owners", undefined],
      ["vic", "viewers", "2027-01-31"],
    ]);
  });

  it("is merged with the same one that the person has already", async () => {
    const d = await setup(membershipOf("erin", "editors"), membershipOf("erin", "viewers"));
    await d.signedIn("erin");
    await members(d, dora).change("editors", "erin", { role: "viewers", until: undefined }, signal);
    expect((await d.kept()).slice(1)).toEqual([membershipOf("erin", "viewers")]);
  });

  it("stays as it was when nothing is new", async () => {
    const present = membershipOf("erin", "editors", { addedBy: "bob" });
    const d = await setup(present);
    await d.signedIn("erin");
    await members(d, dora).change("editors", "erin", { role: "editors", until: undefined }, signal);
    expect((await d.kept()).at(-1)).toEqual(present);
  });

  it("goes on telling when somebody came for whom it waited, unless it is somebody else's now", async () => {
    const claimedAt = Date.UTC(2026, 10, 3) / 1000;
    const d = await setup(
      membershipOf("erin", "editors", { claimedAt }),
      membershipOf("nina", "editors", { claimedAt, person: personOf("the former nina") }),
    );
    await d.signedIn("erin", "nina");
    for (const name of ["erin", "nina"])
      await members(d, dora).change("editors", name, { role: "viewers", until: undefined }, signal);
    expect((await d.kept()).slice(1).map((one) => [one.claimedAt, one.person])).toEqual([
      [claimedAt, personOf("erin")],
      [undefined, personOf("nina")],
    ]);
  });

  it("is refused by its outcome: a last owner may get another last day, and no other role", async () => {
    const d = await setup();
    await d.signedIn("dora");
    const change = (role: string, until?: string) =>
      members(d, dora).change("owners", "dora", { role, until }, signal);
    await change("owners", "2027-01-31");
    await expect(change("editors")).rejects.toThrow(/without an owner/);
    expect((await d.kept()).map(({ role, until }) => [role, until])).toEqual([["owners", "2027-01-31"]]);
  });

  it("is refused when it is gone, to others than owners, and where roles are not kept", async () => {
    const d = await setup(membershipOf("erin", "editors"));
    const to = { role: "viewers", until: undefined };
    await expect(members(d, dora).change("viewers", "erin", to, signal)).rejects.toThrow(/meanwhile/);
    await expect(members(d, dora).change("kings", "erin", to, signal)).rejects.toThrow(NotFound);
    const erin = callerNamed("erin", "editors");
    await expect(members(d, erin).change("editors", "erin", to, signal)).rejects.toThrow(NotAllowed);
    const elsewhere = { ...d, groups: groups({ ...d, memberships: undefined }) };
    await expect(members(elsewhere, pat).change("editors", "erin", to, signal)).rejects.toThrow(
      NotConfigured,
    );
    expect(await members(elsewhere, pat).ending(signal)).toEqual([]);
  });
});

describe("what ends soon", () => {
  it("is what counts now and has a last day within two weeks, for owners", async () => {
    const until = (day: string) => ({ until: day as never });
    const d = await setup(
      membershipOf("later", "viewers", until("2026-12-12")),
      membershipOf("second", "editors", until("2026-12-10")),
      membershipOf("first", "viewers", until("2026-11-27")),
      membershipOf("over", "viewers", until("2026-11-26")),
      membershipOf("waiting", "viewers", {
        ...until("2026-12-01"),
        person: undefined,
        addedAt: Date.UTC(2026, 10, 27) / 1000,
      }),
    );
    expect(await members(d, dora).ending(signal)).toEqual([
      { username: "first", role: "viewers", until: "2026-11-27" },
      { username: "second", role: "editors", until: "2026-12-10" },
    ]);
    await expect(members(d, callerNamed("first", "viewers")).ending(signal)).rejects.toThrow(NotAllowed);
  });
});

describe("who leaves a group", () => {
  it("has none of the roles any more that were given here, whoever has the username else", async () => {
    const d = await setup(
      membershipOf("erin", "editors"),
      membershipOf("erin", "viewers"),
      membershipOf("erin", "owners", { person: personOf("the former erin") }),
    );
    await members(d, callerNamed("erin", "editors", "viewers")).leave(signal);
    expect((await d.kept()).map(({ username, role }) => [username, role])).toEqual([
      ["dora", "owners"],
      ["erin", "owners"],
    ]);
  });

  it("is told when the provider gives the role", async () => {
    const d = await setup();
    await expect(members(d, pat).leave(signal)).rejects.toThrow(Conflict);
  });
});

describe("the members of a group", () => {
  it("are shown to others than owners without those who hold no role, and without their last sign-in", async () => {
    const d = await setup(
      membershipOf("amy", "editors", { person: undefined, addedAt: Date.UTC(2026, 10, 27) / 1000 }),
      membershipOf("erin", "editors"),
    );
    await d.signedIn("erin", "vic");
    const shown = await members(d, callerNamed("vic", "viewers")).list(signal);
    expect(shown.map(({ username, lastSignIn }) => [username, lastSignIn])).toEqual([
      ["dora", undefined],
      ["erin", undefined],
    ]);
    const seen = await members(d, dora).list(signal);
    expect(seen.map(({ username, lastSignIn }) => [username, lastSignIn])).toEqual([
      ["amy", undefined],
      ["dora", "2026-11-27"],
      ["erin", "2026-11-20"],
    ]);
  });

  it("of a role are those who hold it now", async () => {
    const d = await setup(
      membershipOf("erin", "editors"),
      membershipOf("amy", "editors", { person: undefined }),
    );
    expect(await members(d, dora).withRole("editors", signal)).toEqual(["erin"]);
    await expect(members(d, dora).withRole("kings", signal)).rejects.toThrow(NotFound);
  });

  it("are those of the provider only, and changed there, where none are kept here", async () => {
    const d = await setup(membershipOf("erin", "editors"));
    const elsewhere = { ...d, groups: groups({ ...d, memberships: undefined }) };
    const of = members(elsewhere, pat);
    expect(of.areKeptHere).toBe(false);
    expect((await of.list(signal)).map(({ username }) => username)).toEqual(["pat"]);
    await expect(of.grant("editors", "erin", undefined, signal)).rejects.toThrow(NotConfigured);
    await expect(of.revoke("editors", "erin", signal)).rejects.toThrow(NotConfigured);
    await expect(of.revoke("owners", "pat", signal)).rejects.toThrow(Conflict);
  });
});
