import { personKey } from "../../../domain/identity/person.ts";
import type { Context } from "../context.ts";
import type { PlaceLimits } from "./places.ts";
import { places } from "./places.ts";
import { watchTransfer } from "./transfer.ts";

/** Work that holds memory, sockets or the provider for as long as somebody else pleases. */
export type Work = "upload" | "download" | "login" | "render";

export interface Admission {
  /** Runs the work when there is a place for it. Throws Busy before anything was read, kept or asked for. */
  during<T>(ctx: Context, work: Work, run: () => Promise<T>): Promise<T>;
  /**
   * The same for an answer: the place is free again when it has been sent, or its reader has gone. Where all places
   * are taken, the reader who has not taken a byte for the longest makes way, and a quarter of them is for those who
   * have taken an answer whole before.
   */
  untilSent(ctx: Context, work: Work): Promise<void>;
  /** Whether there is a place right now. */
  isFree(ctx: Context, work: Work): boolean;
  /** For an answer so small that it needs no place: it is ended all the same when it moves too slowly. */
  withoutPlace(ctx: Context): void;
}

/** The client's own address; a trusted proxy sets the header, whatever the client sends (docs/deployment.md section 7). */
const addressOf = (ctx: Context): string => {
  const forwarded = ctx.state.isForwarded ? ctx.get("X-Forwarded-For").split(",").at(-1)?.trim() : undefined;
  return forwarded || (ctx.req.socket.remoteAddress ?? "unknown");
};

const callerOf = (ctx: Context): string => {
  const { caller } = ctx.state;
  return caller.kind === "user" ? `user ${personKey(caller.user.person)}` : `address ${addressOf(ctx)}`;
};

/** The one place that decides how much runs at once, by kind of work and by caller. */
export const admission = (limits: Readonly<Record<Work, PlaceLimits>>): Admission => {
  const kinds = {
    upload: places(limits.upload),
    download: places({ ...limits.download, forKnown: Math.floor(limits.download.atOnce / 4) }),
    login: places(limits.login),
    render: places(limits.render),
  };
  const enter = (ctx: Context, work: Work) => kinds[work].enter(callerOf(ctx), ctx.state.signal);
  return {
    during: async (ctx, work, run) => {
      const leave = await enter(ctx, work);
      const transfer = watchTransfer(ctx);
      try {
        return await run();
      } finally {
        transfer.stop();
        leave();
      }
    },
    untilSent: async (ctx, work) => {
      const leave = await enter(ctx, work);
      const transfer = watchTransfer(ctx);
      const caller = callerOf(ctx);
      kinds[work].mayMakeWay(transfer, caller);
      const end = (): void => {
        transfer.stop();
        kinds[work].gone(transfer, caller, ctx.res.writableFinished);
        leave();
      };
      if (ctx.res.closed) end();
      else ctx.res.once("close", end);
    },
    isFree: (ctx, work) => kinds[work].isFree(callerOf(ctx)),
    withoutPlace: (ctx) => {
      if (!ctx.res.closed) ctx.res.once("close", watchTransfer(ctx).stop);
    },
  };
};
