import { join } from "node:path";
import { filesystemNotBeforeMarks } from "../../../src/adapters/filesystem/sessions/not-before-marks.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import type { Username } from "../../../src/domain/identity/user.ts";

/** Sets a user's not-before mark for all instances on a data folder, as a change of roles does. */
export const setNotBefore = async (data: string, username: string): Promise<void> => {
  const clock = systemClock();
  const folder = join(data, "marks");
  const marks = filesystemNotBeforeMarks({ folder, clock, log: { write: () => {} }, lifetime: 3600 });
  await marks.mark(username as Username, Math.floor(clock.now()) + 1);
  await marks.close();
};
