import type Koa from "koa";
import type { Caller, Credentials } from "../../domain/identity/caller.ts";
import type { OpenGroup } from "../../ports/driving/groups.ts";

/** What the middleware found out about a request, in the order in which it does. */
export interface RequestState {
  /** For the log and for error documents. */
  id: string;
  /** Aborted when the client goes away before its answer is complete. */
  signal: AbortSignal;
  /** The server's own origin, as this client sees it; never what a stranger's header says. */
  origin: string;
  /** Whether a proxy that is trusted has sent this on, so that its headers say who the client is. */
  isForwarded?: boolean;
  /** The browser's session: what its cookie brought, until the request begins another or ends it. */
  session: Credentials;
  /** A client that waited for "100 Continue" before its body has got it. */
  continued?: boolean;
  caller: Caller;
  /** The group that the address names, once its route has opened it for the caller. */
  openGroup?: OpenGroup;
}

export type Context = Koa.ParameterizedContext<RequestState>;
export type Middleware = Koa.Middleware<RequestState>;
