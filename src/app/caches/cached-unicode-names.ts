import type { KeyPrefix } from "../../domain/resources/object-key.ts";
import type { ResourceStore } from "../../ports/driven/resources/resource-store.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { NonNfcNames } from "../usecases/resources/unicode-normalization.ts";
import { nonNfcNamesIn, withUnicodeNormalization } from "../usecases/resources/unicode-normalization.ts";
import { coalescingCache } from "./coalescing-cache.ts";

/** Of a name besides its letters, which stand there in both forms. */
const bytesOfName = 200;

const bytesOf = (forms: NonNfcNames): number =>
  [...forms].reduce(
    (sum, [name, stored]) => sum + stored.length * (bytesOfName + 4 * name.length),
    bytesOfName,
  );

/** A store that finds names in any form, and lists a folder once for all who look for one there at the same time. */
export const withCachedUnicodeNames = (store: ResourceStore, clock: Clock): ResourceStore =>
  withUnicodeNormalization(
    store,
    coalescingCache<KeyPrefix, NonNfcNames>({
      load: (folder, signal) => nonNfcNamesIn(store, folder, signal),
      bytesOf,
      clock,
    }),
  );
