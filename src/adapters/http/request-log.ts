import type { Clock } from "../../ports/driven/clock.ts";
import type { Log } from "../../ports/driven/log.ts";
import type { Random } from "../../ports/driven/random.ts";
import type { Context, Middleware } from "./context.ts";

interface Deps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const idBytes = 9;

/** Gives each request an id and a signal, and writes one line when it is over. */
export const requestLog =
  ({ clock, random, log }: Deps): Middleware =>
  async (ctx, next) => {
    const begun = clock.now();
    ctx.state.id = random.text(idBytes);
    ctx.state.signal = goneSignal(ctx);
    // The path only: queries hold codes and states of logins. And now: the embedded provider cuts its own off.
    const { method, path } = ctx;
    ctx.res.once("close", () => {
      const { status } = ctx;
      log.write({ event: "request", id: ctx.state.id, method, path, status, seconds: clock.now() - begun });
    });
    await next();
  };

const goneSignal = (ctx: Context): AbortSignal => {
  const gone = new AbortController();
  ctx.res.once("close", () => {
    if (!ctx.res.writableFinished) gone.abort(new Error("the client went away"));
  });
  return gone.signal;
};
