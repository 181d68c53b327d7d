import type { Caller } from "../../../domain/identity/caller.ts";
import { anonymous } from "../../../domain/identity/caller.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { Random } from "../../../ports/driven/system/random.ts";
import type { Middleware, RequestState } from "../context.ts";

interface Deps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const idBytes = 9;

/** For the log alone: the client went away before it was answered. nginx says so by this number. */
const clientLeft = 499;

/** What is known of a request as it begins. */
class BegunRequest {
  readonly id: string;
  /** Until somebody is found to have asked. */
  caller: Caller = anonymous;
  #isAbandoned = false;
  #gone: AbortController | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Made for who asks: most answers are over at once. */
  get signal(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#isAbandoned) this.abandon();
    return this.#gone.signal;
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#gone?.abort(new Error("the client went away"));
  }
}

/** Gives each request an id and a signal, and writes one line when it is over. */
export const requestLog =
  ({ clock, random, log }: Deps): Middleware =>
  (ctx, next) => {
    const begun = clock.now();
    const state = new BegunRequest(random.text(idBytes));
    // What is missing here, middleware finds out as it goes on.
    ctx.state = state as Partial<RequestState> as RequestState;
    // The path only: queries hold codes and states of logins. And now: the embedded provider cuts its own off.
    const { method, path } = ctx;
    ctx.res.on("close", () => {
      const isAnswered = ctx.res.headersSent || ctx.res.writableFinished;
      const status = isAnswered ? ctx.status : clientLeft;
      if (!ctx.res.writableFinished) state.abandon();
      log.write({ event: "request", id: state.id, method, path, status, seconds: clock.now() - begun });
    });
    return next();
  };
