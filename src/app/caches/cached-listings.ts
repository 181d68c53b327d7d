import type { GroupName } from "../../domain/groups/group.ts";
import { pathInGroup } from "../../domain/resources/resource.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Listing } from "../../ports/driving/resources.ts";
import type { Listings } from "../usecases/groups/listings.ts";
import { coalescingCache } from "./coalescing-cache.ts";

/** Overhead of a resource besides its name. */
const bytesOfResource = 200;

const bytesOf = ({ datasets, narratives }: Listing): number =>
  [...datasets, ...narratives].reduce(
    (sum, resource) => sum + bytesOfResource + 2 * pathInGroup(resource).length,
    bytesOfResource,
  );

/** Concurrent requests for a group's listing share one listing of the store, and so do those shortly after. */
export const cachedListings = (listings: Listings, clock: Clock): Listings => {
  const cache = coalescingCache<GroupName, Listing>({ load: listings.of, bytesOf, clock });
  return {
    of: cache.of,
    invalidate: (group) => {
      listings.invalidate(group);
      cache.invalidate(group);
    },
  };
};
