import { describe, expect, it } from "vitest";
import { groupsWithoutOwner, rightsOfPerson } from "../../../../src/app/usecases/people/rights-of-person.ts";
import type { CalendarDay } from "../../../../src/domain/calendar-day.ts";
import type { NormalisedGroupName } from "../../../../src/domain/groups/group.ts";
import { parseGroupPeople, serialiseGroupPeople } from "../../../../src/domain/people/group-people.ts";
import { invitationOf, membershipOf, nameOf, personOf, recordOf } from "../../../domain/people/sample.ts";
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

  it("is also the open invitations that they have made, whoever else may have made some", async () => {
    const s = await setup();
    const erins = { creator: personOf("erin") };
    const invitations = [
      invitationOf({ createdBy: username, ...erins }),
      invitationOf({ createdBy: nameOf("meyer"), ...erins }),
      invitationOf({ createdBy: username, ...erins, declinedBy: "amy" }),
      invitationOf({ createdBy: username, ...erins, expires: "2026-11-26" as CalendarDay }),
      invitationOf(),
    ];
    await s.put("memberships", "ebola", serialiseGroupPeople({ memberships: [], invitations }));
    const { rights } = await rightsOfPerson(s, { username, end: true }, signal);
    const found = rights.find(({ group }) => group === "ebola")?.invitations;
    expect(found?.map(({ createdBy }) => createdBy)).toEqual(["erin", "meyer"]);
    const value = (await s.stored("memberships", "ebola")) ?? expect.unreachable();
    expect(parseGroupPeople(value)?.invitations).toEqual([invitationOf()]);
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
