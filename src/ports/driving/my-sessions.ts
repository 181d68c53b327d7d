import type { Seconds } from "../../domain/brand.ts";
import type { Caller, Credentials } from "../../domain/identity/caller.ts";
import type { SessionId } from "../../domain/sessions/session.ts";

/** One of somebody's sessions, as they may see it. */
export interface OwnSession {
  /** Made from the session's id, which cannot be made from it. */
  readonly publicId: string;
  readonly since: Seconds;
  /** Exact to a minute. */
  readonly lastUsed: Seconds;
  /** Undefined: it is not known. */
  readonly client: string | undefined;
  /** The one that asks. */
  readonly isCurrent: boolean;
}

/**
 * The sessions of the person who asks, and never anybody else's. `used`: what the request was authenticated
 * with. Every method throws LoginRequired for who is nobody, and the outage for who cannot be told.
 */
export interface MySessions {
  /** Last used ones first. */
  list(caller: Caller, used: Credentials): Promise<readonly OwnSession[]>;
  /** Returns what was ended. Throws NotFound for what is not theirs, as for what nobody has. */
  end(caller: Caller, used: Credentials, publicId: string): Promise<SessionId>;
  /** All but the one that asks. */
  endOthers(caller: Caller, used: Credentials): Promise<void>;
  endAll(caller: Caller, used: Credentials): Promise<void>;
}
