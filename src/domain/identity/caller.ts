import type { ProviderDown, StoreDown } from "../failure.ts";
import type { LoginEnd, Session, SessionId, StoredSession } from "../sessions/session.ts";
import type { User } from "./user.ts";

/** The credentials of a request. */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "bearer"; readonly token: string }
  | SessionCredentials
  /** A session cookie came, and the session store is unavailable. */
  | { readonly kind: "session-unavailable"; readonly cause: StoreDown };

export interface SessionCredentials {
  readonly kind: "session";
  readonly id: SessionId;
  readonly stored: StoredSession;
}

/** Who sends a request. */
export type Caller =
  /** `loginEnd`: why this session's login ended, which its owner has not been shown yet. */
  | { readonly kind: "anonymous"; readonly loginEnd?: LoginEnd }
  | { readonly kind: "user"; readonly user: User }
  /** A caller whose login cannot be verified during an outage: has anonymous rights, and stays logged in. */
  | { readonly kind: "unverified"; readonly cause: ProviderDown | StoreDown };

export const anonymous: Caller = { kind: "anonymous" };

/** The caller of a request whose session has no login. */
export const withoutLogin = ({ loginEnd }: Session): Caller =>
  loginEnd === undefined ? anonymous : { kind: "anonymous", loginEnd };
