import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";
import { sessionIdBytes } from "../../../domain/sessions/session.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { Random } from "../../../ports/driven/system/random.ts";
import type { Sessions } from "../../../ports/driving/sessions.ts";
import type { RegisteredSessions } from "./registered-sessions.ts";

interface Deps {
  readonly store: SessionStore;
  readonly registered: RegisteredSessions;
  readonly random: Random;
  readonly idle: Seconds;
}

/** How often a write of values is tried again when others write the same session. */
const maxAttempts = 5;

export const sessions = ({ store, registered, random, idle }: Deps): Sessions => ({
  newId: () => random.text(sessionIdBytes) as SessionId,
  open: async (id) => {
    try {
      const stored = await store.load(id, idle);
      return stored ? { kind: "session", id, stored } : { kind: "none" };
    } catch (error) {
      if (error instanceof StoreDown) return { kind: "session-unavailable", cause: error };
      throw error;
    }
  },
  begin: async (id, session) => {
    if (session.login) await registered.register(id, session.login);
    await store.create(id, session, idle);
  },
  saveValues: async (id, values) => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const stored = await store.load(id, idle);
      if (!stored) return;
      const { login } = stored.session;
      const { login: _, ...own } = values;
      const replaced = await store.replace(id, login ? { ...own, login } : own, stored.revision, idle);
      if (replaced.outcome !== "changed") return;
    }
    throw new StoreDown({ cause: new Error("too many writers on one session") });
  },
  logOut: async (ids) => {
    await registered.end([...ids], "logged out", "always");
  },
  // Not revoked: at the provider the new login may be the same as the old one.
  end: async (id) => {
    await registered.end([id], "logged in anew", undefined);
  },
});
