import type { Username } from "../../../domain/identity/user.ts";
import type { NotBeforeMarks } from "../../../ports/driven/sessions/not-before-marks.ts";

/** Makes all tokens stale that were issued to a user until now (sessions-and-authentication.md section 11). */
export const setNotBefore = async (marks: NotBeforeMarks, username: Username): Promise<void> => {
  await marks.mark(username, Math.ceil(await marks.now()));
};
