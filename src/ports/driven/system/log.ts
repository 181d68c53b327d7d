import type { Seconds } from "../../../domain/brand.ts";
import type { AuditAction } from "./audit.ts";

/**
 * What is worth telling the operator: named events with listed fields, so that nothing else can slip in.
 * No field ever holds a secret, a token, a cookie or a query string.
 */
export interface Log {
  write(event: LogEvent): void;
}

export type LogEvent =
  /** A variable of the environment that is one or two edits away from a setting, and is not read. */
  | { readonly event: "unknown-setting"; readonly name: string; readonly nearest: string }
  /** Other variables that begin like settings and are not read; container platforms set some by themselves. */
  | { readonly event: "unread-variables"; readonly names: string }
  /** A setting that leaves something unsafe; told once, at the start. */
  | { readonly event: "unsafe-setting"; readonly name: string; readonly advice: string }
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
  /** Somebody has read private data, or changed something; nothing is told of reading what is public. */
  | {
      readonly event: "access";
      readonly action: AuditAction;
      readonly caller: "user" | "anonymous" | "unverified";
      /** Of a user. */
      readonly username?: string;
      /** Of a user: tells apart whom the provider calls by one name. */
      readonly subject?: string;
      readonly group: string;
      /** Below the group's address. */
      readonly path: string;
      /** Of a dataset, when it is not the main one. */
      readonly file?: string;
    }
  /** An answer of 500 and above, or a response that broke off. */
  | { readonly event: "request-failed"; readonly id: string; readonly code: string; readonly cause: unknown }
  | {
      readonly event: "sign-in";
      readonly outcome: "done";
      readonly username: string;
      /** Tells apart whom the provider calls by one name. */
      readonly subject: string;
      /** Role groups of the claim that give a role here; bounded in number and length, like the next. */
      readonly roleGroups: readonly string[];
      /** What else the claim names. */
      readonly ignoredGroups: readonly string[];
      /** Why the claim, or a part of it, could not be read. */
      readonly groupsFault?: string;
    }
  | {
      readonly event: "sign-in";
      readonly outcome: "refused";
      readonly reason: string;
      /** What the provider said beside its error code. */
      readonly description?: string;
    }
  | {
      readonly event: "renewal";
      readonly outcome: "done" | "refused" | "broken";
      readonly username: string;
      readonly cause?: unknown;
    }
  /** Somebody whose token does not hold the groups but says where to ask for them; told once of each person. */
  | { readonly event: "groups-elsewhere"; readonly username: string; readonly reason: string }
  /** A logout token that was refused, whoever sent it: where it was the provider, people stay logged in here. */
  | { readonly event: "logout-notice"; readonly outcome: "refused"; readonly reason: string }
  /** A session whose tokens cannot be opened or are no longer valid; its owner has to log in again. */
  | { readonly event: "session-dropped"; readonly username: string; readonly reason: string }
  /** A session that ended because somebody, or the provider, wanted it to. */
  | { readonly event: "session-ended"; readonly username: string; readonly why: string }
  /** Something that the server needs does not answer when `/readyz` asks, since now; or answers again. */
  | {
      readonly event: "readiness";
      readonly part: string;
      readonly outcome: "failing" | "ready";
      readonly cause?: unknown;
    }
  /** What was found out at the start: which conditions of writes the resource store heeds. */
  | {
      readonly event: "store-probe";
      readonly heeds: readonly string[];
      readonly ignores: readonly string[];
      /** What the operator has to mend. */
      readonly fault?: string;
    }
  /** Work in the background that went wrong and will be tried again. */
  | { readonly event: "background"; readonly what: string; readonly cause: unknown };
