import type { Seconds } from "../../../domain/brand.ts";
import type { AdministrativeAction, AuditAction } from "./audit.ts";

/**
 * The operator's log: events with a fixed list of fields each, so that nothing else can slip in.
 * No field ever holds a secret, a token, a cookie or a query string.
 */
export interface Log {
  write(event: LogEvent): void;
}

export type LogEvent =
  /** An environment variable that is one or two edits away from a setting, and is not read. */
  | { readonly event: "unknown-setting"; readonly name: string; readonly nearest: string }
  /** Other variables that begin like settings and are not read; container platforms set some by themselves. */
  | { readonly event: "unread-variables"; readonly names: string }
  /** An unsafe setting; logged once, at the start. */
  | { readonly event: "unsafe-setting"; readonly name: string; readonly advice: string }
  /** Role groups in a setting whose groups do not exist, so that they give nobody a role. */
  | { readonly event: "unknown-role-groups"; readonly name: string; readonly roleGroups: readonly string[] }
  | { readonly event: "listening"; readonly url: string }
  | { readonly event: "stopping"; readonly why: string }
  | { readonly event: "stopped" }
  | {
      readonly event: "request";
      readonly id: string;
      readonly method: string;
      readonly path: string;
      readonly status: number;
      readonly seconds: Seconds;
    }
  /**
   * "access": private data was read, or something changed; reading public data is not logged.
   * "access-denied": a user requested what the policy denies them.
   */
  | {
      readonly event: "access" | "access-denied";
      readonly action: AuditAction | AdministrativeAction;
      readonly caller: "user" | "anonymous" | "unverified";
      /** Of a user. */
      readonly username?: string;
      /** Of a user: distinguishes people with the same username. */
      readonly subject?: string;
      readonly group: string;
      /** Below the group's address. */
      readonly path: string;
      /** Of a dataset, when it is not the main one. */
      readonly file?: string;
    }
  /** An answer of 500 and above, or a response that broke off. */
  | { readonly event: "request-failed"; readonly id: string; readonly code: string; readonly cause: unknown }
  /** Somebody came of a username for which memberships were waiting, and has got them. */
  | {
      readonly event: "membership-bound";
      readonly group: string;
      readonly username: string;
      /** Distinguishes people with the same username. */
      readonly subject: string;
    }
  /** Groups that were made here and are in the data file now, which counts. */
  | { readonly event: "groups-twice"; readonly groups: readonly string[] }
  /** The first person came under a username in `ADMINISTRATORS`, and is that administrator from now on. */
  | {
      readonly event: "administrator-bound";
      readonly username: string;
      /** Distinguishes people with the same username. */
      readonly subject: string;
    }
  | {
      readonly event: "sign-in";
      readonly outcome: "done";
      readonly username: string;
      /** Distinguishes people with the same username. */
      readonly subject: string;
      /**
       * Role groups that give a role here, in the claim or by `ROLE_GROUPS`; bounded in number and length, like the next.
       */
      readonly roleGroups: readonly string[];
      /** The claim's other entries, and role groups of `ROLE_GROUPS` that give none. */
      readonly ignoredGroups: readonly string[];
      /** Why the claim, or a part of it, could not be read. */
      readonly groupsFault?: string;
    }
  | {
      readonly event: "sign-in";
      readonly outcome: "refused";
      readonly reason: string;
      /** The provider's `error_description`. */
      readonly description?: string;
    }
  | {
      readonly event: "renewal";
      readonly outcome: "done" | "refused" | "broken";
      readonly username: string;
      readonly cause?: unknown;
    }
  /** A token's groups are a distributed claim, which is not fetched; logged once for each person. */
  | { readonly event: "groups-elsewhere"; readonly username: string; readonly reason: string }
  /** A logout token was refused. If the provider sent it, people stay logged in here. */
  | { readonly event: "logout-notice"; readonly outcome: "refused"; readonly reason: string }
  /** A session's tokens cannot be opened or are no longer valid; its owner has to log in again. */
  | { readonly event: "session-dropped"; readonly username: string; readonly reason: string }
  /** A session was ended by its owner, an operator or the provider. */
  | { readonly event: "session-ended"; readonly username: string; readonly why: string }
  /** A dependency that `/readyz` checks has become unavailable, or available again. */
  | {
      readonly event: "readiness";
      readonly part: string;
      readonly outcome: "failing" | "ready";
      readonly cause?: unknown;
    }
  /** The result of the probe at the start: which conditions of writes the resource store enforces. */
  | {
      readonly event: "store-probe";
      readonly heeds: readonly string[];
      readonly ignores: readonly string[];
      /** What the operator has to correct. */
      readonly fault?: string;
    }
  /**
   * An attempt to mail something. "failed" is tried again, "given-up" was the last attempt, "refused" is for good.
   * Nothing here tells to whom.
   */
  | {
      readonly event: "mail";
      readonly outcome: "accepted" | "failed" | "given-up" | "refused";
      /** What kind of message. */
      readonly what: string;
      readonly reason?: string;
    }
  /** Background work failed; it is retried after an outage. */
  | { readonly event: "background"; readonly what: string; readonly cause: unknown };
