import type { Login, SessionId } from "../../../domain/sessions/session.ts";
import type { SessionOwner } from "../../../domain/sessions/session-owner.ts";
import type { SessionRegistry } from "../../../ports/driven/sessions/session-registry.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";

export interface FoundSession {
  readonly id: SessionId;
  readonly login: Login;
}

/** The existing sessions with a wanted login that are registered under any of these owners. */
export type FindSessions = (
  owners: readonly SessionOwner[],
  isWanted: (login: Login) => boolean,
) => Promise<readonly FoundSession[]>;

interface Deps {
  readonly sessions: SessionStore;
  readonly registry: SessionRegistry;
}

/** How many sessions are read concurrently. */
const batchSize = 20;

export const findSessions =
  ({ sessions, registry }: Deps): FindSessions =>
  async (owners, isWanted) => {
    const lists = await Promise.all(owners.map((owner) => registry.list(owner)));
    const ids = [...new Set(lists.flat())];
    const found: FoundSession[] = [];
    for (let start = 0; start < ids.length; start += batchSize) {
      const batch = ids.slice(start, start + batchSize);
      const logins = await Promise.all(batch.map(async (id) => (await sessions.peek(id))?.session.login));
      for (const [at, id] of batch.entries()) {
        const login = logins[at];
        if (login && isWanted(login)) found.push({ id, login });
      }
    }
    return found;
  };
