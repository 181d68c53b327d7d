import type { GroupName } from "../domain/group.ts";
import { pathInGroup } from "../domain/resource.ts";
import type { Clock } from "../ports/driven/clock.ts";
import type { Listing } from "../ports/driving/resources.ts";
import { brieflyKnown } from "./briefly-known.ts";
import type { Listings } from "./usecases/listings.ts";

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
