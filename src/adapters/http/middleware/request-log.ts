import type { Caller } from "../../../domain/identity/caller.ts";
import { anonymous } from "../../../domain/identity/caller.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { Random } from "../../../ports/driven/system/random.ts";
import type { Middleware, RequestState } from "../context.ts";
import { maskSecret } from "../secret-addresses/secret-path.ts";

interface Deps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const requestIdBytes = 9;

/** nginx's status code for a client that disconnected before the response; it appears in the log only. */
const clientClosedRequest = 499;

/** The part of `ctx.state` that is known when a request arrives. */
class InitialState {
  readonly id: string;
  /** Anonymous until the request is authenticated. */
  caller: Caller = anonymous;
  #isAborted = false;
  #controller: AbortController | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Created on first use, since most requests need no signal. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort(new Error("the client went away"));
  }
}

/** Gives each request an id and an abort signal, and logs it when its response is sent or its connection closes. */
export const requestLog =
  ({ clock, random, log }: Deps): Middleware =>
  (ctx, next) => {
    const startedAt = clock.now();
    const state = new InitialState(random.text(requestIdBytes));
    // Later middleware sets the other properties.
    ctx.state = state as Partial<RequestState> as RequestState;
    // The query is not logged, since it may hold codes and states of logins. The path is read now, since the embedded
    // provider changes it.
    const { method } = ctx;
    const path = maskSecret(ctx.path);
    ctx.res.on("close", () => {
      const hasResponse = ctx.res.headersSent || ctx.res.writableFinished;
      const status = hasResponse ? ctx.status : clientClosedRequest;
      if (!ctx.res.writableFinished) state.abort();
      log.write({ event: "request", id: state.id, method, path, status, seconds: clock.now() - startedAt });
    });
    return next();
  };
