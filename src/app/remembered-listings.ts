import { LRUCache } from "lru-cache";
import { unlessAborted } from "../domain/abortable.ts";
import type { Seconds } from "../domain/brand.ts";
import type { GroupName } from "../domain/group.ts";
import { pathInGroup } from "../domain/resource.ts";
import type { Clock } from "../ports/driven/clock.ts";
import type { Listing } from "../ports/driving/resources.ts";
import type { Listings } from "./usecases/listings.ts";

/**
 * A listing is known for so many times as long as it took, so that the store is busy with a group for a small part
 * of the time at most, and what is quickly listed is always new.
 */
const timesAsLong = 10;
const longest: Seconds = 2;

/** For a whole listing; the store has its own limits for each step of it. */
const timeLimit: Seconds = 60;

/** In bytes, about; of a resource besides its name; and in groups. */
const maxRemembered = 16_000_000;
const bytesOfResource = 200;
const maxGroups = 1000;

interface Remembered {
  readonly listing: Listing;
  readonly from: Seconds;
  readonly life: Seconds;
}

const bytesOf = ({ listing: { datasets, narratives } }: Remembered): number =>
  [...datasets, ...narratives].reduce(
    (sum, resource) => sum + bytesOfResource + 2 * pathInGroup(resource).length,
    bytesOfResource,
  );

/** All who ask for a group at the same time share one listing of the store, and so do those who ask soon after. */
export const rememberedListings = (listings: Listings, clock: Clock): Listings => {
  const known = new LRUCache<GroupName, Remembered>({
    max: maxGroups,
    maxSize: maxRemembered,
    sizeCalculation: bytesOf,
  });
  const underWay = new Map<GroupName, Promise<Listing>>();
  const recent = (group: GroupName): Promise<Listing> | undefined => {
    const found = known.get(group);
    // Without the sign, so that a clock set back shows nothing old.
    if (found && Math.abs(clock.now() - found.from) < found.life) return Promise.resolve(found.listing);
    return undefined;
  };
  const list = async (group: GroupName): Promise<Remembered> => {
    const began = clock.now();
    // Others may wait for it too: it goes on when the one who began it leaves.
    const listing = await listings.of(group, AbortSignal.timeout(timeLimit * 1000));
    const from = clock.now();
    return { listing, from, life: Math.min(longest, timesAsLong * Math.max(0, from - began)) };
  };
  const begin = (group: GroupName): Promise<Listing> => {
    const listed = list(group);
    const work = listed.then(({ listing }) => listing);
    const isCurrent = () => underWay.get(group) === work;
    underWay.set(group, work);
    listed
      .then((found) => isCurrent() && known.set(group, found))
      .catch(() => known.delete(group))
      .finally(() => isCurrent() && underWay.delete(group));
    return work;
  };
  return {
    of: (group, signal) => unlessAborted(recent(group) ?? underWay.get(group) ?? begin(group), signal),
    forget: (group) => {
      listings.forget(group);
      known.delete(group);
      underWay.delete(group);
    },
  };
};
