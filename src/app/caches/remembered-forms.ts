import type { KeyPrefix } from "../../domain/resources/object-key.ts";
import type { ResourceStore } from "../../ports/driven/resources/resource-store.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { OtherForms } from "../usecases/resources/unicode-forms.ts";
import { foundInAnyForm, otherFormsIn } from "../usecases/resources/unicode-forms.ts";
import { brieflyKnown } from "./briefly-known.ts";

/** Of a name besides its letters, which stand there in both forms. */
const bytesOfName = 200;

const bytesOf = (forms: OtherForms): number =>
  [...forms].reduce(
    (sum, [name, stored]) => sum + stored.length * (bytesOfName + 4 * name.length),
    bytesOfName,
  );

/** A store that finds names in any form, and lists a folder once for all who look for one there at the same time. */
export const withAnyForm = (store: ResourceStore, clock: Clock): ResourceStore =>
  foundInAnyForm(
    store,
    brieflyKnown<KeyPrefix, OtherForms>({
      ask: (folder, signal) => otherFormsIn(store, folder, signal),
      bytesOf,
      clock,
    }),
  );
