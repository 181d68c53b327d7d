import type { GroupName } from "../../../domain/groups/group.ts";
import { datasetsIn, narrativesIn } from "../../../domain/groups/listing.ts";
import type { KeyPrefix } from "../../../domain/resources/object-key.ts";
import { datasetsPrefix, narrativesPrefix } from "../../../domain/resources/object-key.ts";
import type { Resource } from "../../../domain/resources/resource.ts";
import type { ResourceStore } from "../../../ports/driven/resources/resource-store.ts";
import type { Listing } from "../../../ports/driving/resources.ts";

/** The resources of groups. Permission is checked by the callers, for each request. */
export interface Listings {
  /** The listing contains everything that this server has written. Throws StoreDown, and the signal's reason. */
  of(group: GroupName, signal: AbortSignal): Promise<Listing>;
  /** Makes later calls list the store again, after a change in the group. */
  invalidate(group: GroupName): void;
}

interface Deps {
  readonly store: ResourceStore;
  /** Yields to the event loop. */
  readonly pause: () => Promise<void>;
}

/** How many names are parsed before the event loop gets a turn. */
const sliceSize = 250;

export const listings = ({ store, pause }: Deps): Listings => {
  const namesIn = (prefix: KeyPrefix, signal: AbortSignal) => Array.fromAsync(store.list(prefix, signal));
  const collect = async (parsed: Iterable<Resource | undefined>): Promise<Resource[]> => {
    const all: Resource[] = [];
    let names = 0;
    for (const resource of parsed) {
      if (resource !== undefined) all.push(resource);
      names += 1;
      if (names % sliceSize === 0) await pause();
    }
    return all;
  };
  return {
    of: async (group, signal) => {
      const [datasets, narratives] = await Promise.all([
        namesIn(datasetsPrefix(group), signal),
        namesIn(narrativesPrefix(group), signal),
      ]);
      return {
        datasets: await collect(datasetsIn(group, datasets)),
        narratives: await collect(narrativesIn(group, narratives)),
      };
    },
    invalidate: () => undefined,
  };
};
