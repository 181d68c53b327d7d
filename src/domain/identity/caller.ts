import type { ProviderDown, StoreDown } from "../failure.ts";
import type { LoginEnd, Session, SessionId, StoredSession } from "../sessions/session.ts";
import type { User } from "./user.ts";

/** What a request brought along to say who sends it. */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "session"; readonly id: SessionId; readonly stored: StoredSession }
  /** A session cookie came, and the store that knows it does not answer. */
  | { readonly kind: "session-unavailable"; readonly cause: StoreDown };

/** Who sends a request. */
export type Caller =
  /** `loginEnd`: somebody was logged in with this session, and does not know yet why that is over. */
  | { readonly kind: "anonymous"; readonly loginEnd?: LoginEnd }
  | { readonly kind: "user"; readonly user: User }
  /** Somebody whose login cannot be checked right now: may do what anybody may, and is not logged out. */
  | { readonly kind: "unverified"; readonly cause: ProviderDown | StoreDown };

export const anonymous: Caller = { kind: "anonymous" };

/** Who sends a request with a session that nobody is logged in with. */
export const withoutLogin = ({ loginEnd }: Session): Caller =>
  loginEnd === undefined ? anonymous : { kind: "anonymous", loginEnd };
