import type Koa from "koa";
import type { Caller, Credentials } from "../../domain/identity/caller.ts";
import type { OpenGroup } from "../../ports/driving/groups.ts";

/** `ctx.state`: what the middleware sets for a request, in this order. */
export interface RequestState {
  /** The request id, in the log and in error pages. */
  id: string;
  /** Aborted when the client disconnects before the response is complete. */
  signal: AbortSignal;
  /** The server's own origin (scheme, host, port) as the client sees it; only trusted proxies' headers count. */
  origin: string;
  /** Whether a trusted proxy forwarded the request, so that X-Forwarded-For has the client's address. */
  isForwarded?: boolean;
  /** The session of the request's cookie, or the one that the request has begun. */
  session: Credentials;
  /** Whether 100 Continue has been sent to a client that expects it. */
  isContinueSent?: boolean;
  caller: Caller;
  /** Whether it has been found out who the caller is. Before, everybody is anonymous. */
  isIdentified?: boolean;
  /** The group in the path, once its route has opened it for the caller. */
  openGroup?: OpenGroup;
}

export type Context = Koa.ParameterizedContext<RequestState>;
export type Middleware = Koa.Middleware<RequestState>;
