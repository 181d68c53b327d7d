import { BadRequest, Conflict, StoreDown } from "../../../domain/failure.ts";
import type { GroupName } from "../../../domain/groups/group.ts";
import { normaliseGroupName, parseGroupName } from "../../../domain/groups/group.ts";
import type { MadeGroup } from "../../../domain/groups/made-group.ts";
import { nobody } from "../../../domain/people/group-people.ts";
import type { NewGroup } from "../../../ports/driving/group-administration.ts";
import { madeGroupFormat } from "../groups/group-catalogue.ts";
import { withMembership } from "../members/replace-membership.ts";
import type { AdministrationParts } from "./administered-groups.ts";
import { readMade, recordKey } from "./administered-groups.ts";
import { ownership } from "./appoint-owner.ts";

/** Of a bucket: far more than groups can be listed on a page. */
const maxRoots = 100_000;

/**
 * Makes a group and its first owner. The record decides which of several administrators makes it; what comes before is
 * repeatable, and a group that has been left without its owner by an outage can be given one.
 */
export const makeGroup = async (
  d: AdministrationParts,
  given: NewGroup,
  madeBy: string,
  signal: AbortSignal,
): Promise<GroupName> => {
  const name = parseName(given.name);
  const hasOwner = d.areRolesKeptHere || given.owner !== undefined;
  const owner = hasOwner ? await ownership(d, given.owner, madeBy, signal) : undefined;
  await refuseTaken(d, name, signal);
  await refuseStored(d, name, signal);
  const group: MadeGroup = {
    name,
    isPublic: given.visibility === "public",
    madeBy,
    madeAt: d.clock.now(),
    isBeingDeleted: false,
  };
  await forgetFormerPeople(d, group, signal);
  await write(d, group, signal);
  if (owner) await d.memberships.update(group, (present) => withMembership(present, owner), signal);
  return name;
};

const parseName = (text: string): GroupName => {
  const name = parseGroupName(text);
  if (name === undefined) {
    throw new BadRequest("A group's name has 3 to 50 characters: ASCII letters, digits and hyphens.");
  }
  return name;
};

const taken = (name: string, where: string) =>
  new Conflict(`There is a group ${name} ${where}, and letter case makes no difference. Take another name.`);

const refuseTaken = async (d: AdministrationParts, name: GroupName, signal: AbortSignal): Promise<void> => {
  const inFile = d.file.find(name);
  if (inFile) throw taken(inFile.name, "in the data file (GROUPS_DATA_FILE)");
  const made = await readMade(d, name, signal);
  if (made?.isBeingDeleted) throw taken(made.name, "that is being deleted");
  if (made) throw taken(made.name, "already");
};

/** Data of a former group must not become the new one's, nor lie beside it under another letter case. */
const refuseStored = async ({ store }: AdministrationParts, name: GroupName, signal: AbortSignal) => {
  const normalised = normaliseGroupName(name);
  let count = 0;
  for await (const root of store.roots(signal)) {
    if (normaliseGroupName(root) === normalised) {
      throw new Conflict(
        `The store holds data under the name ${root} already. Whoever runs the server can remove or move them; or take another name.`,
      );
    }
    count += 1;
    if (count > maxRoots) {
      throw new StoreDown({ cause: new Error(`the store has data under more than ${maxRoots} names`) });
    }
  }
};

/** Who had a role in a former group of this name, or asked for one, has none in the new one; looked at only while there is none yet. */
const forgetFormerPeople = (d: AdministrationParts, group: MadeGroup, signal: AbortSignal): Promise<void> =>
  d.memberships.update(
    group,
    async (present) => {
      await refuseTaken(d, group.name, signal);
      await d.requests.remove(group, signal);
      return present === nobody ? "unchanged" : nobody;
    },
    signal,
  );

const write = async (d: AdministrationParts, group: MadeGroup, signal: AbortSignal): Promise<void> => {
  try {
    const value = madeGroupFormat.serialise(group);
    const outcome = await d.records.write(recordKey(group.name), value, "absent", signal);
    if (outcome === "conflict") throw taken(group.name, "already");
  } finally {
    // After a failure too: a write whose answer was lost may have been applied.
    d.catalogue.invalidate();
  }
};
