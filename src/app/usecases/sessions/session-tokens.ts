import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import { withoutLogin } from "../../../domain/identity/caller.ts";
import { sessionContext } from "../../../domain/sessions/encryption-context.ts";
import type { Login, LoginEnd, Session, SessionId, StoredSession } from "../../../domain/sessions/session.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import { parseTokens, serialiseTokens } from "../../../domain/sessions/token-set.ts";
import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { TokenSealer } from "../../../ports/driven/sessions/token-sealer.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { RevokeLogin } from "../identity/revoke-login.ts";

interface OpenedTokens {
  readonly tokens: TokenSet;
  readonly underOldKey: boolean;
}

/** Why a login is dropped: `reason` for the log, `loginEnd` for its owner, where that helps. */
interface DropReason {
  readonly reason: string;
  readonly loginEnd?: LoginEnd;
}

/** The sealed tokens of a session. Every write is a compare-and-set. */
export interface SessionTokens {
  /** Undefined: they cannot be opened, and are lost. */
  open(id: SessionId, login: Login): OpenedTokens | undefined;
  seal(id: SessionId, tokens: TokenSet): Login["sealedTokens"];
  /** Replaces a session's tokens if it has not changed since it was read; false: it has changed or ended. */
  replace(id: SessionId, stored: StoredSession, login: Login, tokens: TokenSet): Promise<boolean>;
  /**
   * Ends a login whose tokens are invalid; the session's other values stay. A failed write is only logged, since the
   * next request finds the same and tries again.
   * @param tokens Tokens that the provider may still accept, and that are revoked.
   * @returns The session's caller from now on.
   */
  drop(
    id: SessionId,
    stored: StoredSession,
    login: Login,
    why: DropReason,
    tokens?: TokenSet,
  ): Promise<Caller>;
}

interface Deps {
  readonly sessions: SessionStore;
  readonly sealer: TokenSealer;
  readonly revoke: RevokeLogin;
  readonly clock: Clock;
  readonly log: Log;
  readonly idleTimeout: Seconds;
}

export const sessionTokens = ({ sessions, sealer, revoke, clock, log, idleTimeout }: Deps): SessionTokens => {
  // The store gives the same login for as long as its record is the same. Saves opening the tokens.
  const openedBefore = new WeakMap<Login, { readonly id: SessionId; readonly opened: OpenedTokens }>();
  const seal = (id: SessionId, tokens: TokenSet) => sealer.seal(serialiseTokens(tokens), sessionContext(id));
  return {
    seal,
    open: (id, login) => {
      const before = openedBefore.get(login);
      if (before?.id === id) return before.opened;
      const sealed = sealer.open(login.sealedTokens, sessionContext(id));
      const tokens = sealed && parseTokens(sealed.text);
      if (!tokens) return undefined;
      const opened = { tokens, underOldKey: sealed.underOldKey };
      openedBefore.set(login, { id, opened });
      return opened;
    },
    replace: async (id, stored, login, tokens) => {
      const renewed = { ...login, lastUsed: clock.now(), sealedTokens: seal(id, tokens) };
      const session: Session = { ...stored.session, login: renewed };
      const replaced = await sessions.replace(id, session, stored.revision, idleTimeout);
      return replaced.outcome === "replaced";
    },
    drop: async (id, stored, login, { reason, loginEnd }, tokens) => {
      const { login: _, ...others } = stored.session;
      const values: Session = loginEnd === undefined ? others : { ...others, loginEnd };
      log.write({ event: "session-dropped", username: login.username, reason });
      try {
        const replaced = await sessions.replace(id, values, stored.revision, idleTimeout);
        if (replaced.outcome === "replaced" && tokens) revoke(login, tokens, "unless-shared");
      } catch (cause) {
        if (!(cause instanceof StoreDown)) throw cause;
        log.write({ event: "background", what: "dropping a session's tokens", cause });
      }
      return withoutLogin(values);
    },
  };
};
