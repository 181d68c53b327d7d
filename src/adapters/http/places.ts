import type { Seconds } from "../../domain/brand.ts";
import { Busy } from "../../domain/failure.ts";
import type { Transfer } from "./transfer.ts";
import { longestStill, lookInterval } from "./transfer.ts";

export interface PlaceLimits {
  /** Of this process. */
  readonly atOnce: number;
  /** Of one person, or of one address for those who are not logged in. */
  readonly perCaller: number;
}

/** How many wait for their turn, for each kind of work, and how long. */
const mostWaiting = 100;
const mostWaitingOfOne = 25;
const patience: Seconds = 10;

interface Waiting {
  readonly caller: string;
  begin(): void;
}

/** Who has how many of the places. */
const tally = ({ atOnce, perCaller }: PlaceLimits) => {
  const taken = new Map<string, number>();
  let total = 0;
  const isOwnFree = (caller: string) => (taken.get(caller) ?? 0) < perCaller;
  return {
    /** Whether the caller is below their own limit. */
    isOwnFree,
    isFree: (caller: string) => total < atOnce && isOwnFree(caller),
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

/** The places for one kind of work. Who finds none waits in order, behind nobody who has reached their own limit. */
export const places = (limits: PlaceLimits) => {
  const { isFree, isOwnFree, take, release } = tally(limits);
  const waiting: Waiting[] = [];
  const transfers = new Map<Transfer, string>();
  const waitingOf = (caller: string) => waiting.filter((each) => each.caller === caller).length;
  const leavePlace = (caller: string): void => {
    release(caller);
    const next = waiting.findIndex((each) => isFree(each.caller));
    if (next >= 0) waiting.splice(next, 1)[0]?.begin();
  };
  /** Ends the transfer that has stood still for the longest, where that frees a place for the caller. */
  const makeWay = (caller: string): void => {
    const inTheWay = [...transfers].filter(([, holder]) => isOwnFree(caller) || holder === caller);
    const [longest] = inTheWay.map(([each]) => each).sort((one, other) => other.stillFor() - one.stillFor());
    if (longest === undefined || longest.stillFor() < longestStill) return;
    transfers.delete(longest);
    longest.end();
  };
  const wait = (caller: string, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        clearInterval(looking);
        signal.removeEventListener("abort", leave);
      };
      const leave = (): void => {
        settle();
        const at = waiting.indexOf(entry);
        if (at >= 0) waiting.splice(at, 1);
        reject(new Busy());
      };
      const entry: Waiting = {
        caller,
        begin: () => {
          settle();
          take(caller);
          resolve();
        },
      };
      const timer = setTimeout(leave, patience * 1000);
      const looking = setInterval(makeWay, lookInterval * 1000, caller);
      signal.addEventListener("abort", leave, { once: true });
      waiting.push(entry);
      makeWay(caller);
    });
  return {
    isFree,
    enter: async (caller: string, signal: AbortSignal): Promise<() => void> => {
      if (isFree(caller)) take(caller);
      else if (signal.aborted || waiting.length >= mostWaiting || waitingOf(caller) >= mostWaitingOfOne) {
        throw new Busy();
      } else await wait(caller, signal);
      return () => leavePlace(caller);
    },
    /** From now on the transfer may be ended for others who wait. */
    mayMakeWay: (transfer: Transfer, caller: string) => void transfers.set(transfer, caller),
    gone: (transfer: Transfer) => void transfers.delete(transfer),
  };
};
