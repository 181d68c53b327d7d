import { describe, expect, it } from "vitest";
import type { RebindOptions } from "../../../../src/app/usecases/people/rebind-memberships.ts";
import { rebindMemberships } from "../../../../src/app/usecases/people/rebind-memberships.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import { serialiseAdministrator } from "../../../../src/domain/people/administrator.ts";
import { membershipOf, noon, personOf, recordOf } from "../../../domain/people/sample.ts";
import { peopleSetup } from "./people-setup.ts";

const { signal } = new AbortController();
const issuer = "https://new.example.org";
const there = (subject: string) => ({ ...personOf(subject), issuer });

/** Erin and amy have roles of the former provider, of whom erin has come by the present one; gus is of that one. */
const setup = async () => {
  const s = peopleSetup();
  await s.give(
    "measles",
    membershipOf("amy", "owners"),
    membershipOf("gus", "viewers", { person: there("gus") }),
  );
  await s.give("zika", membershipOf("erin", "editors"), membershipOf("nina", "viewers"));
  await s.signedIn(
    recordOf("erin", { person: there("7") }),
    recordOf("nina", { person: personOf("the next nina") }),
    recordOf("gus", { person: there("gus") }),
  );
  const rebind = async (options: Partial<RebindOptions> = {}) => {
    const all = { issuer, group: undefined, usernames: [], apply: true, ...options };
    return (await rebindMemberships(s, all, signal)).map(({ username, membership, how }) =>
      [username, membership ? `${membership.group}/${membership.role}` : "administrator", how.kind].join(" "),
    );
  };
  const owners = async () =>
    [...(await s.kept("measles")), ...(await s.kept("zika"))].map(
      ({ username, person }) => `${username} ${person ? `${person.issuer} ${person.subject}` : "waits"}`,
    );
  return { ...s, rebind, owners };
};

const expected = ["amy measles/owners wait", "erin zika/editors bind", "nina zika/viewers reassigned"];

describe("memberships of a former provider's people", () => {
  it("become those of who has the username now, or wait, and others stay", async () => {
    const s = await setup();
    expect(await s.rebind()).toEqual(expected);
    expect(await s.owners()).toEqual([
      "amy waits",
      `gus ${issuer} gus`,
      `erin ${issuer} 7`,
      "nina https://idp.example.org nina",
    ]);
    expect(await s.rebind()).toEqual(["nina zika/viewers reassigned"]);
  });

  it("are only told of when nothing is to be changed", async () => {
    const s = await setup();
    const before = await s.owners();
    expect(await s.rebind({ apply: false })).toEqual(expected);
    expect(await s.owners()).toEqual(before);
  });

  it("may be those of one group, however it is written, or of some usernames", async () => {
    const s = await setup();
    expect(await s.rebind({ group: "ZIKA", usernames: ["erin"] })).toEqual(["erin zika/editors bind"]);
    expect(await s.rebind({ usernames: ["amy", "nobody"] })).toEqual(["amy measles/owners wait"]);
    expect(await s.rebind({ group: "absent" })).toEqual([]);
  });

  it("are an outage when a record is damaged", async () => {
    const s = await setup();
    await s.put("memberships", "broken", { schema: 9 });
    await expect(s.rebind({ apply: false })).rejects.toThrow(StoreDown);
  });
});

describe("administrators of a former provider", () => {
  it("are an outage when somebody else is quicker, so that nothing is told that was not done", async () => {
    const s = peopleSetup();
    await s.put("administrators", "amy", former("amy"));
    const records = { ...s.records, remove: async () => "conflict" as const };
    const options = { issuer, group: undefined, usernames: [], apply: true };
    await expect(rebindMemberships({ ...s, records }, options, signal)).rejects.toThrow(StoreDown);
  });

  const former = (subject: string) =>
    serialiseAdministrator({ person: personOf(subject), boundAt: noon - 60 });

  it("are those who have the usernames now, or whoever comes first by them", async () => {
    const s = peopleSetup();
    await s.signedIn(recordOf("erin", { person: there("7") }));
    for (const name of ["erin", "amy"]) await s.put("administrators", name, former(name));
    await s.put(
      "administrators",
      "gus",
      serialiseAdministrator({ person: there("gus"), boundAt: noon - 60 }),
    );
    const options = { issuer, group: undefined, usernames: [], apply: true };
    const told = await rebindMemberships(s, { ...options, apply: false }, signal);
    expect(told.map(({ username, how }) => `${username} ${how.kind}`).sort()).toEqual([
      "amy wait",
      "erin bind",
    ]);
    expect(await s.stored("administrators", "amy")).toEqual(former("amy"));
    expect(await rebindMemberships(s, { ...options, group: "measles" }, signal)).toEqual([]);
    expect(await rebindMemberships(s, { ...options, usernames: ["gus"] }, signal)).toEqual([]);
    await rebindMemberships(s, options, signal);
    expect(await s.stored("administrators", "amy")).toBeUndefined();
    expect(await s.stored("administrators", "erin")).toMatchObject({ issuer, subject: "7", boundAt: noon });
    expect(await s.stored("administrators", "gus")).toMatchObject({ subject: "gus", boundAt: noon - 60 });
  });
});
