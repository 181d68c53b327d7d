import type { GroupName } from "../../../domain/groups/group.ts";
import { datasetsIn, narrativesIn } from "../../../domain/groups/listing.ts";
import type { KeyPrefix } from "../../../domain/resources/object-key.ts";
import { datasetsPrefix, narrativesPrefix } from "../../../domain/resources/object-key.ts";
import type { Resource } from "../../../domain/resources/resource.ts";
import type { ResourceStore } from "../../../ports/driven/resources/resource-store.ts";
import type { Listing } from "../../../ports/driving/resources.ts";

/** What is in groups, whoever asks: permission is judged before, for each request. */
export interface Listings {
  /** All that this server has written itself is in it. Throws StoreDown, and the signal's reason. */
  of(group: GroupName, signal: AbortSignal): Promise<Listing>;
  /** Something in the group has changed: who asks from now on is told the store's present state. */
  invalidate(group: GroupName): void;
}

interface Deps {
  readonly store: ResourceStore;
  /** Lets others have their turn. */
  readonly pause: () => Promise<void>;
}

/** Resources after which others have their turn. */
const sliceSize = 250;

export const listings = ({ store, pause }: Deps): Listings => {
  const namesBelow = (prefix: KeyPrefix, signal: AbortSignal) => Array.fromAsync(store.list(prefix, signal));
  const gathered = async (resources: Iterable<Resource>): Promise<Resource[]> => {
    const all: Resource[] = [];
    for (const resource of resources) {
      all.push(resource);
      if (all.length % sliceSize === 0) await pause();
    }
    return all;
  };
  return {
    of: async (group, signal) => {
      const [datasets, narratives] = await Promise.all([
        namesBelow(datasetsPrefix(group), signal),
        namesBelow(narrativesPrefix(group), signal),
      ]);
      return {
        datasets: await gathered(datasetsIn(group, datasets)),
        narratives: await gathered(narrativesIn(group, narratives)),
      };
    },
    invalidate: () => undefined,
  };
};
