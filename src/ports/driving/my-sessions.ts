import type { Seconds } from "../../domain/brand.ts";
import type { Caller, Credentials } from "../../domain/identity/caller.ts";
import type { SessionId } from "../../domain/sessions/session.ts";

/** One of somebody's sessions, as they may see it. */
export interface OwnSession {
  /** A hash of the session's id. */
  readonly publicId: string;
  readonly since: Seconds;
  /** Exact to a minute. */
  readonly lastUsed: Seconds;
  /** Undefined when unknown. */
  readonly client: string | undefined;
  /** Whether it is the session of this request. */
  readonly isCurrent: boolean;
}

/**
 * A caller's own sessions. `used`: the credentials of the request. Every method throws LoginRequired for an anonymous
 * caller, and the outage (ProviderDown or StoreDown) for an unverified one.
 */
export interface MySessions {
  /** The most recently used ones first. */
  list(caller: Caller, used: Credentials): Promise<readonly OwnSession[]>;
  /** Returns the ended session's id. Throws NotFound for another person's session, as for one that does not exist. */
  end(caller: Caller, used: Credentials, publicId: string): Promise<SessionId>;
  /** Ends all but the session of this request. */
  endOthers(caller: Caller, used: Credentials): Promise<void>;
  endAll(caller: Caller, used: Credentials): Promise<void>;
}
