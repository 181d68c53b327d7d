import type { Clock } from "../../ports/driven/clock.ts";
import type { Log } from "../../ports/driven/log.ts";
import type { Random } from "../../ports/driven/random.ts";
import type { Middleware } from "./context.ts";

interface Deps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const idBytes = 9;

/** Gives each request an id and a signal, and writes one line when it is over. */
export const requestLog =
  ({ clock, random, log }: Deps): Middleware =>
  (ctx, next) => {
    const begun = clock.now();
    ctx.state.id = random.text(idBytes);
    const gone = new AbortController();
    ctx.state.signal = gone.signal;
    // The path only: queries hold codes and states of logins. And now: the embedded provider cuts its own off.
    const { method, path } = ctx;
    ctx.res.on("close", () => {
      const { status } = ctx;
      if (!ctx.res.writableFinished) gone.abort(new Error("the client went away"));
      log.write({ event: "request", id: ctx.state.id, method, path, status, seconds: clock.now() - begun });
    });
    return next();
  };
