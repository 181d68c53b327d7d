import { StoreDown } from "../../../domain/failure.ts";
import type { StoredSession } from "../../../domain/sessions/session.ts";

/** How often a write is tried again when others write the same session. */
const maxAttempts = 5;

/**
 * Compare-and-set with retries: `write` gets the session as it is stored, and gets it again when it answers "changed",
 * since another writer replaced the session in between. There is no delay, as each conflict means that a write succeeded.
 * Throws StoreDown after too many conflicts.
 * @param first The session as it was loaded before, for the first attempt.
 */
export const updateSession = async <T>(
  load: () => Promise<StoredSession | undefined>,
  write: (stored: StoredSession | undefined) => Promise<T | "changed">,
  first?: StoredSession,
): Promise<T> => {
  let loaded = first;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const written = await write(loaded ?? (await load()));
    if (written !== "changed") return written;
    loaded = undefined;
  }
  throw new StoreDown({ cause: new Error("too many writers on one session") });
};
