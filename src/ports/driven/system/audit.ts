/** Records who did, or was denied, what to which group's data. */
export interface Audit {
  record(event: AuditEvent): void;
}

export type AuditAction = "read" | "list" | "write" | "delete";

/** What administrators do to a group as a whole. */
export type AdministrativeAction =
  | "make-group"
  | "make-public"
  | "make-private"
  | "archive-group"
  | "reopen-group"
  | "appoint-owner"
  | "delete-group";

export interface AuditEvent {
  readonly who: Actor;
  readonly action: AuditAction | AdministrativeAction;
  /** The group's name; empty: all groups. */
  readonly group: string;
  /** Below the group's address. */
  readonly path: string;
  /** Of a dataset, when it is not the main one. */
  readonly file?: string;
  /**
   * "allowed": it has been done. "denied": the policy denied it to a user, and nothing was done; then `path` and
   * `file` are the requested ones, whether anything exists there or not.
   */
  readonly verdict: "allowed" | "denied";
}

export type Actor =
  | {
      readonly kind: "user";
      readonly username: string;
      /** Distinguishes people with the same username. */
      readonly subject: string;
    }
  | { readonly kind: "anonymous" | "unverified" };
