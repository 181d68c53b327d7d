import { LoginRequired, NotFound } from "../../../domain/failure.ts";
import type { Caller, Credentials } from "../../../domain/identity/caller.ts";
import type { User } from "../../../domain/identity/user.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";
import { belongsTo, ownersOfUser } from "../../../domain/sessions/session-owner.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { MySessions, OwnSession } from "../../../ports/driving/my-sessions.ts";
import type { FoundSession } from "../identity/find-sessions.ts";
import type { RevocationRule } from "../identity/revoke-login.ts";
import type { RegisteredSessions } from "./registered-sessions.ts";

interface Deps {
  readonly registered: RegisteredSessions;
  readonly clock: Clock;
}

export const mySessions = ({ registered, clock }: Deps): MySessions => {
  const of = async (caller: Caller, used: Credentials): Promise<readonly FoundSession[]> => {
    const user = userOf(caller);
    const found = await registered.find(ownersOfUser(user), (login) => belongsTo(login, user));
    // The session of this request exists, even if its registry entry is lost.
    const current = currentOf(used);
    return current === undefined || found.some(({ id }) => id === current.id) ? found : [current, ...found];
  };

  const endThose = async (found: readonly FoundSession[], rule: RevocationRule): Promise<void> => {
    const ids = found.map(({ id }) => id);
    await registered.end(ids, "its owner wished it", rule);
  };

  const shown = async ({ id, login }: FoundSession, current: SessionId | undefined): Promise<OwnSession> => ({
    publicId: await publicIdOf(id),
    since: login.since,
    lastUsed: id === current ? clock.now() : (login.lastUsed ?? login.since),
    client: login.client,
    isCurrent: id === current,
  });

  return {
    list: async (caller, used) => {
      const current = currentOf(used)?.id;
      const all = await Promise.all((await of(caller, used)).map((found) => shown(found, current)));
      return all.sort((a, b) => b.lastUsed - a.lastUsed);
    },
    end: async (caller, used, publicId) => {
      for (const found of await of(caller, used)) {
        if ((await publicIdOf(found.id)) !== publicId) continue;
        await endThose([found], "unless-shared");
        return found.id;
      }
      throw new NotFound("You have no such session.");
    },
    endOthers: async (caller, used) => {
      const current = currentOf(used)?.id;
      const others = (await of(caller, used)).filter(({ id }) => id !== current);
      await endThose(others, "unless-shared");
    },
    endAll: async (caller, used) => endThose(await of(caller, used), "always"),
  };
};

const userOf = (caller: Caller): User => {
  if (caller.kind === "user") return caller.user;
  throw caller.kind === "unverified" ? caller.cause : new LoginRequired();
};

const currentOf = (used: Credentials): FoundSession | undefined => {
  const login = used.kind === "session" ? used.stored.session.login : undefined;
  return used.kind === "session" && login ? { id: used.id, login } : undefined;
};

/** Half a SHA-256; a session's id has 192 random bits, so no key is needed. */
const publicIdBytes = 16;

const publicIdOf = async (id: SessionId): Promise<string> => {
  const text = new TextEncoder().encode(`public name of the session ${id}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return Array.from(hash.subarray(0, publicIdBytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
};
