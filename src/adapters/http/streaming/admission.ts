import { personKey } from "../../../domain/identity/person.ts";
import type { Context } from "../context.ts";
import { clientAddress } from "../requests/client-address.ts";
import type { SlotLimits } from "./concurrency-slots.ts";
import { concurrencySlots } from "./concurrency-slots.ts";
import { watchTransfer } from "./transfer.ts";

/** Work that holds memory, sockets or the provider for as long as a client likes. */
export type Work = "upload" | "download" | "login" | "render";

export interface Admission {
  /** Runs the work when a slot is free. Throws Busy before the work starts, so that nothing has been read or sent. */
  run<T>(ctx: Context, work: Work, task: () => Promise<T>): Promise<T>;
  /**
   * Acquires a slot for a response, which is released when the response has been sent or the connection has closed.
   * While others wait, the response that has stalled for the longest is ended. Throws Busy.
   */
  acquireUntilSent(ctx: Context, work: Work): Promise<void>;
  hasFreeSlot(ctx: Context, work: Work): boolean;
  /** Ends a response that is too slow, though it is too small to need a slot. */
  watchWithoutSlot(ctx: Context): void;
}

const callerOf = (ctx: Context): string => {
  const { caller } = ctx.state;
  return caller.kind === "user" ? `user ${personKey(caller.user.person)}` : `address ${clientAddress(ctx)}`;
};

/** Limits how much work runs concurrently, by kind of work and by caller. */
export const admission = (limits: Readonly<Record<Work, SlotLimits>>): Admission => {
  const slots = {
    upload: concurrencySlots(limits.upload),
    download: concurrencySlots({ ...limits.download, reserved: Math.floor(limits.download.total / 4) }),
    login: concurrencySlots(limits.login),
    render: concurrencySlots(limits.render),
  };
  const acquire = (ctx: Context, work: Work) => slots[work].acquire(callerOf(ctx), ctx.state.signal);
  return {
    run: async (ctx, work, task) => {
      const release = await acquire(ctx, work);
      const transfer = watchTransfer(ctx);
      try {
        return await task();
      } finally {
        transfer.stopWatching();
        release();
      }
    },
    acquireUntilSent: async (ctx, work) => {
      const release = await acquire(ctx, work);
      const transfer = watchTransfer(ctx);
      const caller = callerOf(ctx);
      slots[work].addEvictable(transfer, caller);
      const end = (): void => {
        transfer.stopWatching();
        slots[work].transferEnded(transfer, caller, ctx.res.writableFinished);
        release();
      };
      if (ctx.res.closed) end();
      else ctx.res.once("close", end);
    },
    hasFreeSlot: (ctx, work) => slots[work].hasFreeSlot(callerOf(ctx)),
    watchWithoutSlot: (ctx) => {
      if (!ctx.res.closed) ctx.res.once("close", watchTransfer(ctx).stopWatching);
    },
  };
};
