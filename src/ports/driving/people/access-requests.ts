import type { Caller } from "../../../domain/identity/caller.ts";
import type { AccessRequest } from "../../../domain/people/access-request.ts";

/** Asking for access to groups, of which the person who asks does not learn whether they exist. */
export interface AccessRequests {
  /** Throws LoginRequired, or the outage because of which the caller is unverified. */
  by(caller: Caller): {
    /**
     * Passes a request on in the background, later than its answer: nothing is looked up before. It goes nowhere when
     * there is no such group, or none that keeps roles here; when the person is an owner of it, or has asked too often;
     * and when the group has too many requests. Throws BadRequest for a note that is too long.
     */
    ask(group: string, note: string | undefined): void;
  };
}

/**
 * The requests for access to a group, for its owners. All methods throw NotAllowed, StoreDown, and NotConfigured where
 * roles are not kept here.
 */
export interface GroupAccessRequests {
  list(signal: AbortSignal): Promise<readonly AccessRequest[]>;
  /**
   * Gives the person who asked a role until the end of a day (YYYY-MM-DD, UTC), or without end. Throws BadRequest;
   * NotFound for an unknown request; Conflict when the group has no room.
   */
  grant(id: string, role: string, until: string | undefined, signal: AbortSignal): Promise<void>;
  /** Does nothing where there is none of this id. */
  decline(id: string, signal: AbortSignal): Promise<void>;
}
