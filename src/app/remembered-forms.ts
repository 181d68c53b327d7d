import type { KeyPrefix } from "../domain/object-key.ts";
import type { Clock } from "../ports/driven/clock.ts";
import type { ResourceStore } from "../ports/driven/resource-store.ts";
import { brieflyKnown } from "./briefly-known.ts";
import type { OtherForms } from "./usecases/unicode-forms.ts";
import { foundInAnyForm, otherFormsIn } from "./usecases/unicode-forms.ts";

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
