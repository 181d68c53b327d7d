import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import type { Credentials } from "../../../domain/identity/caller.ts";
import type { Session, SessionId } from "../../../domain/sessions/session.ts";
import { sessionIdBytes, valuesOf } from "../../../domain/sessions/session.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { Random } from "../../../ports/driven/system/random.ts";
import type { Sessions } from "../../../ports/driving/sessions.ts";
import type { RegisteredSessions } from "./registered-sessions.ts";
import { updateSession } from "./update-session.ts";

interface Deps {
  readonly store: SessionStore;
  readonly registered: Pick<RegisteredSessions, "end">;
  readonly random: Random;
  readonly idleTimeout: Seconds;
}

export const newSessionId = (random: Random): SessionId => random.text(sessionIdBytes) as SessionId;

export const sessions = ({ store, registered, random, idleTimeout }: Deps): Sessions => ({
  newId: () => newSessionId(random),
  open: (id) =>
    unavailableIfDown(async () => {
      const stored = await store.load(id, idleTimeout);
      return stored ? { kind: "session", id, stored } : { kind: "none" };
    }),
  begin: (id, values) =>
    unavailableIfDown(async () => {
      const session = valuesOf(values);
      return {
        kind: "session",
        id,
        stored: { session, revision: await store.create(id, session, idleTimeout) },
      };
    }),
  saveValues: async (id, values) => {
    const load = () => store.load(id, idleTimeout);
    await updateSession(load, async (stored) => {
      if (!stored) return "gone";
      const { login, loginEnd } = stored.session;
      const session: Session = {
        ...valuesOf(values),
        ...(login === undefined ? {} : { login }),
        ...(loginEnd === undefined ? {} : { loginEnd }),
      };
      return (await store.replace(id, session, stored.revision, idleTimeout)).outcome;
    });
  },
  end: async (id) => {
    await registered.end([id], "its session ended", "unless-shared");
  },
});

const unavailableIfDown = async (work: () => Promise<Credentials>): Promise<Credentials> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreDown) return { kind: "session-unavailable", cause: error };
    throw error;
  }
};
