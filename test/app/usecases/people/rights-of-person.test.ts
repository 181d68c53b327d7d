import { describe, expect, it } from "vitest";
import { groupsWithoutOwner, rightsOfPerson } from "../../../../src/app/usecases/people/rights-of-person.ts";
import type { NormalisedGroupName } from "../../../../src/domain/groups/group.ts";
import { membershipOf, nameOf, personOf, recordOf } from "../../../domain/people/sample.ts";
import { peopleSetup } from "./people-setup.ts";

const { signal } = new AbortController();
const username = nameOf("erin");
const measles = "measles" as NormalisedGroupName;

const setup = async () => {
  const s = peopleSetup();
  await s.give("measles", membershipOf("erin", "owners"), membershipOf("amy", "owners"));
  await s.give("zika", membershipOf("meyer", "viewers", { person: personOf("erin") }));
  await s.give("mumps", membershipOf("erin", "editors", { person: undefined }));
  await s.give("ebola", membershipOf("amy", "viewers"));
  await s.signedIn(recordOf("erin"), recordOf("amy"));
  const rights = async (end: boolean) => {
    const found = await rightsOfPerson(s, { username, end }, signal);
    return found.rights
      .map(({ group, memberships }) => `${group} ${memberships.map(({ role }) => role)}`)
      .sort();
  };
  return { ...s, rights };
};

describe("what was given to somebody", () => {
  it("is what has their username, and what is the person's by another one", async () => {
    const s = await setup();
    const all = ["measles owners", "mumps editors", "zika viewers"];
    expect(await s.rights(false)).toEqual(all);
    expect(await s.rights(true)).toEqual(all);
    expect(await s.rights(true)).toEqual([]);
    expect((await s.kept("measles")).map((one) => one.username)).toEqual(["amy"]);
    expect(await s.kept("ebola")).toHaveLength(1);
  });

  it("ends also where nobody of the username has ever come", async () => {
    const s = peopleSetup();
    await s.give("mumps", membershipOf("erin", "editors", { person: undefined }));
    await rightsOfPerson(s, { username, end: true }, signal);
    expect(await s.kept("mumps")).toEqual([]);
  });

  it("ends in all groups whose records can be read, and the others are told", async () => {
    const s = await setup();
    await s.put("memberships", "broken", { schema: 9 });
    const { rights, unreadable } = await rightsOfPerson(s, { username, end: true }, signal);
    expect(rights).toHaveLength(3);
    expect(unreadable.map(({ cause }) => String(cause))).toEqual([
      expect.stringContaining("memberships/broken"),
    ]);
    expect(await s.rights(false)).toEqual([]);
  });
});

describe("a group", () => {
  const without = (s: ReturnType<typeof peopleSetup>) =>
    groupsWithoutOwner(s, { username, groups: [measles] }, signal);

  it("has an owner by a membership or by the provider, whom its own record tells", async () => {
    const s = await setup();
    expect(await without(s)).toEqual([]);
    await s.give("measles");
    expect(await without(s)).toEqual([measles]);
    await s.signedIn(recordOf("pat", { roles: [{ group: measles, role: "owners", from: "provider" }] }));
    expect(await without(s)).toEqual([]);
  });

  it("has none but who is leaving", async () => {
    const s = peopleSetup();
    await s.signedIn(recordOf("erin", { roles: [{ group: measles, role: "owners", from: "provider" }] }));
    expect(await without(s)).toEqual([measles]);
  });
});
