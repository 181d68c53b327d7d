import type { Seconds } from "../../domain/brand.ts";
import { Busy } from "../../domain/failure.ts";
import { personKey } from "../../domain/person.ts";
import type { Context } from "./context.ts";

/** Work that holds memory, sockets or the provider for as long as somebody else pleases. */
export type Work = "upload" | "download" | "login" | "render";

export interface AdmissionLimits {
  /** Of this process. */
  readonly atOnce: number;
  /** Of one person, or of one address for those who are not logged in. */
  readonly perCaller: number;
}

/** How many wait for their turn, for each kind of work, and how long. */
const mostWaiting = 100;
const mostWaitingOfOne = 25;
const patience: Seconds = 10;

/** In bytes in a second: what is slower over a whole minute is no line, but somebody who holds a place. */
const slowest = 1000;
const rateInterval: Seconds = 60;

interface Waiting {
  readonly caller: string;
  begin(): void;
}

/** The places for one kind of work. Who finds none waits in order, behind nobody who has reached their own limit. */
const places = ({ atOnce, perCaller }: AdmissionLimits) => {
  const taken = new Map<string, number>();
  const waiting: Waiting[] = [];
  let total = 0;
  const waitingOf = (caller: string) => waiting.filter((each) => each.caller === caller).length;
  const isFree = (caller: string) => total < atOnce && (taken.get(caller) ?? 0) < perCaller;
  const take = (caller: string): void => {
    total += 1;
    taken.set(caller, (taken.get(caller) ?? 0) + 1);
  };
  const release = (caller: string): void => {
    total -= 1;
    const left = (taken.get(caller) ?? 1) - 1;
    if (left > 0) taken.set(caller, left);
    else taken.delete(caller);
    const next = waiting.findIndex((each) => isFree(each.caller));
    if (next >= 0) waiting.splice(next, 1)[0]?.begin();
  };
  const wait = (caller: string, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        const at = waiting.indexOf(entry);
        if (at >= 0) waiting.splice(at, 1);
        reject(new Busy());
      };
      const entry: Waiting = {
        caller,
        begin: () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", leave);
          take(caller);
          resolve();
        },
      };
      const timer = setTimeout(leave, patience * 1000);
      signal.addEventListener("abort", leave, { once: true });
      waiting.push(entry);
    });
  return {
    isFree,
    enter: async (caller: string, signal: AbortSignal): Promise<() => void> => {
      if (isFree(caller)) take(caller);
      else if (signal.aborted || waiting.length >= mostWaiting || waitingOf(caller) >= mostWaitingOfOne) {
        throw new Busy();
      } else await wait(caller, signal);
      return () => release(caller);
    },
  };
};

export interface Admission {
  /** Runs the work when there is a place for it. Throws Busy before anything was read, kept or asked for. */
  during<T>(ctx: Context, work: Work, run: () => Promise<T>): Promise<T>;
  /** The same for an answer: the place is free again when it has been sent, or its reader has gone. */
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

/** Ends a transfer that moves less than a slow line would, whichever way its bytes go. Returns what stops the watch. */
const watchRate = ({ req, res }: Context): (() => void) => {
  const { socket } = req;
  const moved = () => socket.bytesRead + socket.bytesWritten;
  let before = moved();
  const timer = setInterval(() => {
    const now = moved();
    // A whole upload that is not answered yet waits for the store, not for its client.
    const isOurTurn = req.complete && !res.headersSent;
    if (!isOurTurn && now - before < slowest * rateInterval) res.destroy();
    before = now;
  }, rateInterval * 1000);
  timer.unref();
  return () => clearInterval(timer);
};

/** The one place that decides how much runs at once, by kind of work and by caller. */
export const admission = (limits: Readonly<Record<Work, AdmissionLimits>>): Admission => {
  const kinds = {
    upload: places(limits.upload),
    download: places(limits.download),
    login: places(limits.login),
    render: places(limits.render),
  };
  const enter = (ctx: Context, work: Work) => kinds[work].enter(callerOf(ctx), ctx.state.signal);
  return {
    during: async (ctx, work, run) => {
      const leave = await enter(ctx, work);
      const stop = watchRate(ctx);
      try {
        return await run();
      } finally {
        stop();
        leave();
      }
    },
    untilSent: async (ctx, work) => {
      const leave = await enter(ctx, work);
      const stop = watchRate(ctx);
      const end = (): void => {
        stop();
        leave();
      };
      if (ctx.res.closed) end();
      else ctx.res.once("close", end);
    },
    isFree: (ctx, work) => kinds[work].isFree(callerOf(ctx)),
    withoutPlace: (ctx) => {
      if (!ctx.res.closed) ctx.res.once("close", watchRate(ctx));
    },
  };
};
