import type { Seconds } from "../../../domain/brand.ts";
import { Busy } from "../../../domain/failure.ts";
import { boundedQueue } from "../../shared/bounded-queue.ts";
import { clientHistory } from "./client-history.ts";
import type { Transfer } from "./transfer.ts";
import { sampleInterval, stallTimeout } from "./transfer.ts";

export interface SlotLimits {
  /** Slots of this process. */
  readonly total: number;
  /** Slots of one user, or of one address for callers who are not logged in. */
  readonly perCaller: number;
  /** How many of `total` only callers may use whose last download was complete. */
  readonly reserved?: number;
}

/** The queue for each kind of work. */
const maxWaiting = 100;
const maxWaitingPerCaller = 25;
const waitTimeout: Seconds = 10;

/** Counts the slots in use, in total and by caller. */
const slotCounter = ({ total, perCaller, reserved = 0 }: SlotLimits) => {
  const usedBy = new Map<string, number>();
  let used = 0;
  const isBelowOwnLimit = (caller: string) => (usedBy.get(caller) ?? 0) < perCaller;
  return {
    isBelowOwnLimit,
    hasFreeSlot: (caller: string, mayUseReserved: boolean) =>
      isBelowOwnLimit(caller) && used < (mayUseReserved ? total : total - reserved),
    acquire: (caller: string): void => {
      used += 1;
      usedBy.set(caller, (usedBy.get(caller) ?? 0) + 1);
    },
    release: (caller: string): void => {
      used -= 1;
      const rest = (usedBy.get(caller) ?? 1) - 1;
      if (rest > 0) usedBy.set(caller, rest);
      else usedBy.delete(caller);
    },
  };
};

/** The transfers that may be ended in favour of waiting callers. */
const evictableTransfers = (
  isBelowOwnLimit: (caller: string) => boolean,
  onEvicted: (caller: string) => void,
) => {
  const transfers = new Map<Transfer, string>();
  return {
    add: (transfer: Transfer, caller: string) => void transfers.set(transfer, caller),
    remove: (transfer: Transfer) => void transfers.delete(transfer),
    /** Ends the transfer that has stalled for the longest, if the waiting caller may use its slot. */
    evictFor: (waiting: string): void => {
      const usable = [...transfers].filter(([, owner]) => isBelowOwnLimit(waiting) || owner === waiting);
      const [slowest] = usable.sort(([a], [b]) => b.stalledFor() - a.stalledFor());
      if (slowest === undefined || slowest[0].stalledFor() < stallTimeout) return;
      const [transfer, owner] = slowest;
      transfers.delete(transfer);
      onEvicted(owner);
      transfer.destroy();
    },
  };
};

/**
 * A counting semaphore with a limit per caller, for one kind of work. Callers wait in order; one who has reached their
 * own limit delays nobody else, one whose last download was complete goes first, and one whose last download stalled is
 * rejected instead of waiting.
 */
export const concurrencySlots = (limits: SlotLimits) => {
  const { isBelowOwnLimit, acquire, release, ...counter } = slotCounter(limits);
  const { hasCompleted, hasStalled, recordCompleted, recordStalled } = clientHistory();
  const transfers = evictableTransfers(isBelowOwnLimit, recordStalled);
  const queue = boundedQueue<void, string>(2 * maxWaiting, waitTimeout);
  const hasFreeSlot = (caller: string) => counter.hasFreeSlot(caller, hasCompleted(caller));
  const isRejected = (caller: string): boolean =>
    hasStalled(caller) ||
    queue.waiting.length >= (hasCompleted(caller) ? 2 : 1) * maxWaiting ||
    queue.waiting.filter((each) => each === caller).length >= maxWaitingPerCaller;
  const wait = async (caller: string, signal: AbortSignal): Promise<void> => {
    const evictionTimer = setInterval(transfers.evictFor, sampleInterval * 1000, caller);
    try {
      const turn = queue.wait(caller, signal);
      transfers.evictFor(caller);
      await turn;
    } catch (cause) {
      throw new Busy({ cause });
    } finally {
      clearInterval(evictionTimer);
    }
  };
  const releaseSlot = (caller: string): void => {
    release(caller);
    const eligible = queue.waiting.filter(hasFreeSlot);
    const next = eligible.find(hasCompleted) ?? eligible[0];
    if (next === undefined) return;
    acquire(next);
    queue.grant(undefined, (each) => each === next);
  };
  return {
    hasFreeSlot,
    /** Resolves with a function that releases the slot. Throws Busy. */
    acquire: async (caller: string, signal: AbortSignal): Promise<() => void> => {
      if (hasFreeSlot(caller)) acquire(caller);
      else if (signal.aborted || isRejected(caller)) throw new Busy();
      else await wait(caller, signal);
      return () => releaseSlot(caller);
    },
    addEvictable: transfers.add,
    /** `isComplete`: the client has received the whole response. */
    transferEnded: (transfer: Transfer, caller: string, isComplete: boolean): void => {
      transfers.remove(transfer);
      if (isComplete) recordCompleted(caller);
    },
  };
};
