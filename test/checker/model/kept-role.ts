import type { FaultPeriods, Moment } from "./fault-periods.ts";
import { faultPeriods } from "./fault-periods.ts";

/** Who holds the role that was given to a username, as far as the checker knows. */
export type Holder =
  | { readonly kind: "nobody" }
  | { readonly kind: "subject"; readonly subject: string }
  /** The first person of that username who comes. */
  | { readonly kind: "first" }
  | { readonly kind: "unknown" };

/** A request for what needs the role. */
export interface RoleObservation {
  readonly subject: string;
  readonly instance: number;
  readonly from: Moment;
  readonly to: Moment;
  readonly isServed: boolean;
  /** Whether nobody else of this username has a request under way. */
  readonly isAlone: boolean;
}

/** A change that is under way until `done`. */
export interface RoleChange {
  /** An instance has said that it is done; undefined: it was done to the record itself. */
  done(instance: number | undefined): void;
  /** What the record says then. `expires`: from when on it counts for nothing. */
  settle(holder: Holder, expires?: Moment): void;
}

/** What a username's role in the group was, and so who may be served. */
export interface KeptRole {
  begin(): RoleChange;
  /** What is wrong with an answer; undefined when nothing is. */
  check(observation: RoleObservation): string | undefined;
  /** A request has had no answer, or 503: it may have been the first of the username all the same. */
  doubt(): void;
}

/** In milliseconds. Memberships are cached for five seconds; the rest allows for latency. */
const cacheTime = 5300;

interface State {
  readonly begin: Moment;
  done: Moment | undefined;
  by: number | undefined;
  holder: Holder;
  expires: Moment;
  /** Who was served first, of a role that waits for the first who comes. */
  claimedBy: string | undefined;
  isDoubtful: boolean;
}

const newState = (begin: Moment, done: Moment | undefined, holder: Holder): State => ({
  begin,
  done,
  by: undefined,
  holder,
  expires: Number.POSITIVE_INFINITY,
  claimedBy: undefined,
  isDoubtful: false,
});

export const keptRole = (): KeptRole => {
  let states: readonly State[] = [newState(0, 0, { kind: "nobody" })];
  /** Those that the instance may have known of within the time of the request. */
  const possible = ({ instance, from, to }: RoleObservation) =>
    states.filter(
      (state, index) =>
        state.begin <= to &&
        !states.slice(index + 1).some((later) => {
          const known =
            later.done === undefined ? undefined : later.done + (later.by === instance ? 0 : cacheTime);
          return known !== undefined && known < from;
        }),
    );
  return {
    begin: () => {
      const state = newState(Date.now(), undefined, { kind: "unknown" });
      states = [...states.slice(-20), state];
      return {
        done: (instance) => {
          state.done = Date.now();
          state.by = instance;
        },
        settle: (holder, expires = Number.POSITIVE_INFINITY) => {
          state.holder = holder;
          state.expires = expires;
        },
      };
    },
    check: (observation) => {
      const all = possible(observation);
      if (all.some((state) => permits(state, observation))) return undefined;
      const claimable = all.find(
        ({ holder, claimedBy }) => holder.kind === "first" && claimedBy === undefined,
      );
      if (observation.isServed && claimable) {
        claimable.claimedBy = observation.subject;
        return undefined;
      }
      const what = observation.isServed ? "served without the role" : "denied in spite of the role";
      return `${what}: ${JSON.stringify({ observation, states: states.slice(-3) })}`;
    },
    doubt: () => {
      for (const state of states) if (state.holder.kind !== "nobody") state.isDoubtful = true;
    },
  };
};

const permits = (
  { holder, done, expires, claimedBy, isDoubtful }: State,
  { subject, from, to, isServed, isAlone }: RoleObservation,
): boolean => {
  if (isServed ? from >= expires : to >= expires) return !isServed;
  switch (holder.kind) {
    case "unknown":
      return true;
    case "nobody":
      return !isServed;
    case "subject":
      return isServed === (holder.subject === subject);
    case "first": {
      if (isServed) return claimedBy === subject;
      if (claimedBy !== undefined && claimedBy !== subject) return true;
      const isKnown = done !== undefined && done + cacheTime < from;
      return !isKnown || (claimedBy === undefined && (!isAlone || isDoubtful));
    }
  }
};

/** When the record of the group's memberships was damaged. */
export interface RecordDamage {
  /** During which its members may be answered 503. */
  readonly outage: FaultPeriods;
  begin(): { damaged(): void; restoring(): void; restored(): void };
  /** Whether all instances knew of it during all of this time, so that nothing but 503 is right. */
  isKnown(from: Moment, to: Moment): boolean;
}

/** In milliseconds. A copy without a record is read anew after a second. */
const repairTime = 2500;

export const recordDamage = (): RecordDamage => {
  const outage = faultPeriods();
  let periods: readonly { readonly from: Moment; to: Moment }[] = [];
  return {
    outage,
    begin: () => {
      const end = outage.begin();
      let period = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
      return {
        damaged: () => {
          period = { from: Date.now() + cacheTime, to: Number.POSITIVE_INFINITY };
          periods = [...periods.slice(-20), period];
        },
        restoring: () => {
          period.to = Date.now();
        },
        restored: () => end(repairTime),
      };
    },
    isKnown: (from, to) => periods.some((period) => period.from <= from && to < period.to),
  };
};
