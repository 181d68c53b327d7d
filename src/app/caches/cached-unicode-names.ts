import type { KeyPrefix } from "../../domain/resources/object-key.ts";
import type { ResourceStore } from "../../ports/driven/resources/resource-store.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { NonNfcNames } from "../usecases/resources/unicode-normalization.ts";
import { nonNfcNamesIn, withUnicodeNormalization } from "../usecases/resources/unicode-normalization.ts";
import { coalescingCache } from "./coalescing-cache.ts";

/** Overhead of a name besides its characters, which are stored in both forms. */
const bytesOfName = 200;

const bytesOf = (forms: NonNfcNames): number =>
  [...forms].reduce(
    (sum, [name, stored]) => sum + stored.length * (bytesOfName + 4 * name.length),
    bytesOfName,
  );

/** A store that finds names in any Unicode form; concurrent lookups in a folder share one listing. */
export const withCachedUnicodeNames = (store: ResourceStore, clock: Clock): ResourceStore =>
  withUnicodeNormalization(
    store,
    coalescingCache<KeyPrefix, NonNfcNames>({
      load: (folder, signal) => nonNfcNamesIn(store, folder, signal),
      bytesOf,
      clock,
    }),
  );
