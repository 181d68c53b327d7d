import type { Username } from "../../../domain/identity/user.ts";
import type { StalenessMarks } from "../../../ports/driven/sessions/staleness-marks.ts";

/** Makes out of date whatever the provider has said of somebody until now (sessions-and-authentication.md section 11). */
export const markStale = async (marks: StalenessMarks, username: Username): Promise<void> => {
  await marks.mark(username, Math.ceil(await marks.now()));
};
