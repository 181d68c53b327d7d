import type { Caller } from "../../../../src/domain/identity/caller.ts";
import type { Membership } from "../../../../src/domain/people/membership.ts";
import { serialisePerson } from "../../../../src/domain/people/person-record.ts";
import type { RecordId } from "../../../../src/domain/records/record.ts";
import { membershipOf, nameOf, personOf, recordOf } from "../../../domain/people/sample.ts";
import { privateGroup, userWith } from "../../../domain/sample.ts";
import type { Data } from "../resources/data-setup.ts";
import { dataSetup, opened, signal } from "../resources/data-setup.ts";

/** A user with these roles in the private group, which have been given here. */
export const callerNamed = (username: string, ...roles: string[]): Caller => {
  const given = new Set(roles.map((role) => `blab-private/${role}`));
  const { user } = userWith();
  const { person } = recordOf(username);
  return {
    kind: "user",
    user: { ...user, username: nameOf(username), person, authzRoles: given, givenRoles: given },
  };
};

/** An owner, by a role that has been given here. */
export const dora = callerNamed("dora", "owners");
/** An owner, whose role is the provider's. */
export const pat: Caller = {
  kind: "user",
  user: { ...userWith("Blab-Private/owners").user, username: nameOf("pat"), person: personOf("pat") },
};

export const members = (d: Data, caller: Caller) => opened(d, caller, privateGroup).settings().members;

/** At noon of 2026-11-27, with the private group, in which dora is an owner. */
export const membersSetup = async (...present: Membership[]) => {
  const d = dataSetup();
  d.clock.pass(Date.UTC(2026, 10, 27, 12) / 1000 - d.clock.now());
  await d.memberships.update(
    privateGroup,
    () => ({ memberships: [membershipOf("dora", "owners"), ...present], invitations: [] }),
    signal,
  );
  const signedIn = (...usernames: string[]) =>
    Promise.all(
      usernames.map((name) =>
        d.records.write(
          { kind: "people", id: name as RecordId },
          serialisePerson(recordOf(name)),
          "any",
          signal,
        ),
      ),
    );
  const kept = async () => (await d.memberships.read(privateGroup, signal)).memberships;
  const rolesOf = async (caller: Caller = dora) =>
    Object.fromEntries(
      (await members(d, caller).list(signal)).map(({ username, roles }) => [username, roles]),
    );
  return { ...d, signedIn, kept, rolesOf };
};
