import type { FaultPeriods, Moment } from "./model/fault-periods.ts";
import { faultPeriods } from "./model/fault-periods.ts";
import type { KeptRole } from "./model/kept-role.ts";

/** An account of the provider. */
export interface Person {
  readonly username: string;
  /** Distinguishes people of one username. */
  readonly subject: string;
  /** Their role that is kept here, of somebody who asks for nothing else. */
  readonly keptRole: KeptRole | undefined;
  /** Their present role at the provider. */
  isViewer: boolean;
  /** Of this person's id tokens: least and most, in seconds. */
  readonly tokenLifetime: readonly [number, number];
  /** Not-before marks: when the role changed, and when the mark was stored. */
  marks: { readonly value: number; readonly from: Moment; readonly done: Moment }[];
}

/** An id token that the provider has issued. */
export interface IssuedToken {
  readonly at: Moment;
  /** The claim, in seconds. */
  readonly iat: number;
  readonly expires: Moment;
  readonly isViewer: boolean;
  /** When its token response was sent; undefined until then. */
  delivered: Moment | undefined;
}

/** A process: which start of which instance. */
export interface ProcessName {
  readonly instance: number;
  readonly generation: number;
}

export interface RefreshRequest {
  readonly by: ProcessName;
  readonly at: Moment;
  delivered: Moment | undefined;
  /** The client had closed the connection before the response was sent. */
  isResponseLost: boolean;
}

/** An authorization grant: the provider's record of one login. */
export interface Grant {
  readonly id: number;
  /** The `sid`. */
  readonly session: string;
  readonly person: Person;
  /** The latest ones. */
  readonly issuedTokens: IssuedToken[];
  /** Refresh tokens are numbered; only the one with this number is valid. */
  current: number;
  lastRefresh: RefreshRequest | undefined;
  revoked: Moment | undefined;
  /** Why its session may be lost; undefined when it may not. */
  allowedLoss: string | undefined;
  /** When a refresh request of it got a faulty response. */
  readonly faults: FaultPeriods;
}

export const newGrant = (id: number, person: Person): Grant => ({
  id,
  session: `session-${id}`,
  person,
  issuedTokens: [],
  current: 0,
  lastRefresh: undefined,
  revoked: undefined,
  allowedLoss: undefined,
  faults: faultPeriods(),
});

/** A request to end a session. */
export interface SessionEnd {
  readonly by: ProcessName;
  readonly requestedAt: Moment;
  /** When the successful response was received; undefined until then. */
  done: Moment | undefined;
}

/** The key of a logout token, see `FaultyProvider`. */
export type LogoutTokenKey = "new" | "present" | "forged" | "forged as present";

/** A browser's session. */
export interface Login {
  readonly grant: Grant;
  readonly cookie: string;
  /** A logout by the user. */
  end: SessionEnd | undefined;
  /** A logout token for it. */
  backchannelLogout: SessionEnd | undefined;
  /** When the first response without a user was received. */
  endSeenAt: Moment | undefined;
}
