import type { Moment, Trouble } from "./model/trouble.ts";
import { trouble } from "./model/trouble.ts";

/** Somebody at the provider. */
export interface Person {
  readonly username: string;
  /** Whether the provider says so now. */
  isViewer: boolean;
  /** Seconds that this person's id tokens live, from and to. */
  readonly tokenLife: readonly [number, number];
  /** NotBefore marks: when what they are about changed, and when the mark was in the store. */
  marks: { readonly value: number; readonly from: Moment; readonly done: Moment }[];
}

/** An id token that the provider made, and what it says. */
export interface Mint {
  readonly at: Moment;
  /** The claim, in seconds. */
  readonly iat: number;
  readonly expires: Moment;
  readonly isViewer: boolean;
  /** When the answer that holds it was written whole; undefined: it is not yet. */
  delivered: Moment | undefined;
}

/** Which process of which instance. */
export interface ProcessName {
  readonly instance: number;
  readonly generation: number;
}

export interface Redemption {
  readonly by: ProcessName;
  readonly at: Moment;
  delivered: Moment | undefined;
  /** The one who asked was gone before the answer was written. */
  isLost: boolean;
}

/** What one login has led to at the provider. */
export interface Grant {
  readonly id: number;
  /** The provider's name for its session with the browser (`sid`). */
  readonly session: string;
  readonly person: Person;
  /** The last ones. */
  readonly mints: Mint[];
  /** Refresh tokens are numbered; only that of this number is good. */
  current: number;
  lastRedemption: Redemption | undefined;
  revoked: Moment | undefined;
  /** Why its session may be lost, if it may. */
  excuse: string | undefined;
  /** When a renewal of it was answered with nonsense. */
  readonly trouble: Trouble;
}

export const newGrant = (id: number, person: Person): Grant => ({
  id,
  session: `session-${id}`,
  person,
  mints: [],
  current: 0,
  lastRedemption: undefined,
  revoked: undefined,
  excuse: undefined,
  trouble: trouble(),
});

/** Who was to end a session and when, and when it was answered to have been done. */
export interface End {
  readonly by: ProcessName;
  readonly asked: Moment;
  done: Moment | undefined;
}

/** What a logout token is signed by: see `CheckersProvider`. */
export type NoticeKey = "new" | "present" | "forged" | "forged as present";

/** A session, as a browser knows it. */
export interface Login {
  readonly grant: Grant;
  readonly cookie: string;
  /** A logout. */
  end: End | undefined;
  /** A logout notice of the provider's, that names it. */
  notice: End | undefined;
  /** The end of the first answer that said that nobody is logged in. */
  foundDead: Moment | undefined;
}
