import type { Username } from "../../../domain/identity/user.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";
import { byUsername } from "../../../domain/sessions/session-owner.ts";
import type { NotBeforeMarks } from "../../../ports/driven/sessions/not-before-marks.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { RegisteredSessions } from "./registered-sessions.ts";
import { setNotBefore } from "./set-not-before.ts";

interface Deps {
  readonly store: SessionStore;
  readonly registered: Pick<RegisteredSessions, "find" | "end">;
  readonly marks: NotBeforeMarks;
}

/**
 * Ends every session of one username, and returns their number. The registry has their ids; a scan of all sessions finds
 * any that it lacks. The not-before mark makes Bearer clients renew their tokens, which the provider can refuse.
 */
export const endSessions = async (d: Deps, name: string): Promise<number> => {
  const { store, registered } = d;
  const username = name as Username;
  const isTheirs = (login: { readonly username: string } | undefined) => login?.username === username;
  const end = (ids: readonly SessionId[]) => registered.end(ids, "the operator wished it", "always");
  const found = await registered.find([byUsername(username)], isTheirs);
  let ended = await end(found.map(({ id }) => id));
  for await (const { id, session } of store.all()) {
    if (isTheirs(session.login)) ended += await end([id]);
  }
  await setNotBefore(d.marks, username);
  return ended;
};
