import { byUsername } from "../../domain/session-owner.ts";
import type { Username } from "../../domain/user.ts";
import type { SessionStore } from "../../ports/driven/session-store.ts";
import type { SessionEntries } from "./session-entries.ts";

interface Deps {
  readonly store: SessionStore;
  readonly entries: Pick<SessionEntries, "find" | "end">;
}

/**
 * Ends every session of one username, on all their devices, and says how many these were. The index names
 * them, so that their tokens can be revoked; a look at all sessions finds any that it should have missed.
 */
export const endSessions = async ({ store, entries }: Deps, username: string): Promise<number> => {
  const isTheirs = (login: { readonly username: string } | undefined) => login?.username === username;
  const found = await entries.find([byUsername(username as Username)], isTheirs);
  const ids = found.map(({ id }) => id);
  let ended = await entries.end(ids, "the operator wished it", "always");
  for await (const { session, end } of store.all()) {
    if (isTheirs(session.login) && (await end())) ended++;
  }
  return ended;
};
