import type { GroupName } from "../../domain/groups/group.ts";
import { pathInGroup } from "../../domain/resources/resource.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Listing } from "../../ports/driving/resources.ts";
import type { Listings } from "../usecases/groups/listings.ts";
import { brieflyKnown } from "./briefly-known.ts";

/** Of a resource besides its name. */
const bytesOfResource = 200;

const bytesOf = ({ datasets, narratives }: Listing): number =>
  [...datasets, ...narratives].reduce(
    (sum, resource) => sum + bytesOfResource + 2 * pathInGroup(resource).length,
    bytesOfResource,
  );

/** One listing of the store for all who ask for a group at the same time, or soon after. */
export const rememberedListings = (listings: Listings, clock: Clock): Listings => {
  const known = brieflyKnown<GroupName, Listing>({ ask: listings.of, bytesOf, clock });
  return {
    of: known.of,
    forget: (group) => {
      listings.forget(group);
      known.forget(group);
    },
  };
};
