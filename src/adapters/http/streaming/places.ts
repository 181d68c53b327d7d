import type { Seconds } from "../../../domain/brand.ts";
import { Busy } from "../../../domain/failure.ts";
import { boundedQueue } from "../../shared/bounded-queue.ts";
import { conduct } from "./conduct.ts";
import type { Transfer } from "./transfer.ts";
import { longestStill, lookInterval } from "./transfer.ts";

export interface PlaceLimits {
  /** Of this process. */
  readonly atOnce: number;
  /** Of one person, or of one address for those who are not logged in. */
  readonly perCaller: number;
  /** Of these, for callers who have taken an answer whole before. */
  readonly forKnown?: number;
}

/** How many wait for their turn, for each kind of work, and how long. */
const mostWaiting = 100;
const mostWaitingOfOne = 25;
const patience: Seconds = 10;

/** Who has how many of the places. */
const tally = ({ atOnce, perCaller, forKnown = 0 }: PlaceLimits) => {
  const taken = new Map<string, number>();
  let total = 0;
  const isOwnFree = (caller: string) => (taken.get(caller) ?? 0) < perCaller;
  return {
    /** Whether the caller is below their own limit. */
    isOwnFree,
    isFree: (caller: string, isKnown: boolean) =>
      isOwnFree(caller) && total < (isKnown ? atOnce : atOnce - forKnown),
    take: (caller: string): void => {
      total += 1;
      taken.set(caller, (taken.get(caller) ?? 0) + 1);
    },
    release: (caller: string): void => {
      total -= 1;
      const left = (taken.get(caller) ?? 1) - 1;
      if (left > 0) taken.set(caller, left);
      else taken.delete(caller);
    },
  };
};

/** Transfers that may be ended for others who wait. */
const endable = (isOwnFree: (caller: string) => boolean, stoodStill: (caller: string) => void) => {
  const transfers = new Map<Transfer, string>();
  return {
    add: (transfer: Transfer, caller: string) => void transfers.set(transfer, caller),
    remove: (transfer: Transfer) => void transfers.delete(transfer),
    /** Ends the transfer that has stood still for the longest, where that frees a place for the caller. */
    makeWay: (caller: string): void => {
      const inTheWay = [...transfers].filter(([, holder]) => isOwnFree(caller) || holder === caller);
      const [longest] = inTheWay.sort(([one], [other]) => other.stillFor() - one.stillFor());
      if (longest === undefined || longest[0].stillFor() < longestStill) return;
      const [transfer, holder] = longest;
      transfers.delete(transfer);
      stoodStill(holder);
      transfer.end();
    },
  };
};

/**
 * The places for one kind of work. Who finds none waits in order, behind nobody who has reached their own limit, but
 * behind those who have taken an answer whole before; who was ended for standing still does not wait at all.
 */
export const places = (limits: PlaceLimits) => {
  const { isOwnFree, take, release, ...counted } = tally(limits);
  const { isKnown, isStill, tookAll, stoodStill } = conduct();
  const transfers = endable(isOwnFree, stoodStill);
  const queue = boundedQueue<void, string>(2 * mostWaiting, patience);
  const isFree = (caller: string) => counted.isFree(caller, isKnown(caller));
  const isTurnedAway = (caller: string): boolean =>
    isStill(caller) ||
    queue.waiting.length >= (isKnown(caller) ? 2 : 1) * mostWaiting ||
    queue.waiting.filter((each) => each === caller).length >= mostWaitingOfOne;
  const wait = async (caller: string, signal: AbortSignal): Promise<void> => {
    const looking = setInterval(transfers.makeWay, lookInterval * 1000, caller);
    try {
      const turn = queue.wait(caller, signal);
      transfers.makeWay(caller);
      await turn;
    } catch (cause) {
      throw new Busy({ cause });
    } finally {
      clearInterval(looking);
    }
  };
  const leavePlace = (caller: string): void => {
    release(caller);
    const ready = queue.waiting.filter(isFree);
    const next = ready.find(isKnown) ?? ready[0];
    if (next === undefined) return;
    take(next);
    queue.grant(undefined, (each) => each === next);
  };
  return {
    isFree,
    enter: async (caller: string, signal: AbortSignal): Promise<() => void> => {
      if (isFree(caller)) take(caller);
      else if (signal.aborted || isTurnedAway(caller)) throw new Busy();
      else await wait(caller, signal);
      return () => leavePlace(caller);
    },
    /** From now on the transfer may be ended for others who wait. */
    mayMakeWay: transfers.add,
    /** The transfer is over. `isWhole`: its reader has taken all of it. */
    gone: (transfer: Transfer, caller: string, isWhole: boolean): void => {
      transfers.remove(transfer);
      if (isWhole) tookAll(caller);
    },
  };
};
