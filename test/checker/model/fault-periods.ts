/** Milliseconds since 1970. */
export type Moment = number;

interface Period {
  readonly from: Moment;
  to: Moment;
}

/** Periods of a fault, during which some responses may be 503. */
export interface FaultPeriods {
  /** Begins a period. The function that it returns ends it, after a delay in milliseconds. */
  begin(): (after?: number) => void;
  add(from: Moment, to: Moment): void;
  /** Whether a period overlaps the time between two moments. */
  overlaps(from: Moment, to: Moment): boolean;
  /** The first moment from this one on that is in no period; Infinity while the period has not ended. */
  endAfter(moment: Moment): Moment;
  /** For reports. */
  last(): { readonly from: Moment; readonly to: Moment } | undefined;
}

/** In milliseconds. No response takes as long, so that older periods are not needed. */
const retention = 120_000;

export const faultPeriods = (): FaultPeriods => {
  let periods: Period[] = [];
  const add = (from: Moment, to: Moment): Period => {
    const period = { from, to };
    periods = [...periods.filter(({ to: end }) => end > Date.now() - retention), period];
    return period;
  };
  const at = (moment: Moment) => periods.find(({ from, to }) => from <= moment && moment < to);
  return {
    begin: () => {
      const period = add(Date.now(), Number.POSITIVE_INFINITY);
      return (after = 0) => {
        period.to = Date.now() + after;
      };
    },
    add: (from, to) => void add(from, to),
    last: () => periods.at(-1),
    overlaps: (from, to) => periods.some((period) => period.from <= to && from < period.to),
    endAfter: (moment) => {
      let end = moment;
      for (let period = at(end); period && end < Number.POSITIVE_INFINITY; period = at(end)) end = period.to;
      return end;
    },
  };
};
