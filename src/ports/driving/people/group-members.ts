import type { Username } from "../../../domain/identity/user.ts";
import type { Member } from "../../../domain/people/member.ts";
import type { EndingMembership } from "../../../domain/people/membership.ts";

/**
 * The members of a group, for its members. Changes are for owners; they take effect on the next request here, and
 * within 5 seconds on other instances. All methods throw StoreDown; those that take a role throw NotFound for an
 * unknown one.
 */
export interface GroupMembers {
  /** Whether owners change roles here; otherwise they are changed at the identity provider only. */
  readonly areKeptHere: boolean;
  /** Of all sources. To others than owners only those who hold a role now, without the day of their last sign-in. */
  list(signal: AbortSignal): Promise<readonly Member[]>;
  withRole(role: string, signal: AbortSignal): Promise<readonly Username[]>;
  /**
   * Gives somebody a role until the end of a day (YYYY-MM-DD, UTC), or without end; in place of what was given before.
   * Throws NotAllowed, BadRequest, NotConfigured where roles are not kept here.
   */
  grant(role: string, username: string, until: string | undefined, signal: AbortSignal): Promise<void>;
  /**
   * Puts a role, or another last day, in place of a role (`held`) that was given here. It is one write, so that a last
   * owner is refused only if the outcome has none. Throws as `grant` does; Conflict also if `held` is not there any more.
   */
  change(
    held: string,
    username: string,
    to: { readonly role: string; readonly until: string | undefined },
    signal: AbortSignal,
  ): Promise<void>;
  /** What has been given here and ends within 14 days, the first first. Throws NotAllowed. */
  ending(signal: AbortSignal): Promise<readonly EndingMembership[]>;
  /** Takes back a role. Throws NotAllowed; Conflict if it is not from here, or the last owner's. */
  revoke(role: string, username: string, signal: AbortSignal): Promise<void>;
  /** Takes all roles from the caller that were given here. Throws Conflict as {@link GroupMembers.revoke} does. */
  leave(signal: AbortSignal): Promise<void>;
}
