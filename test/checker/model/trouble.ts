/** Milliseconds since 1970. */
export type Moment = number;

interface Period {
  readonly from: Moment;
  to: Moment;
}

/** Periods in which something was broken on purpose, so that not everybody can be served. */
export interface Trouble {
  /** Begins a period; what is returned ends it, so many milliseconds later. */
  begin(): (after?: number) => void;
  add(from: Moment, to: Moment): void;
  /** Whether some of the time from one moment to another was troubled. */
  touches(from: Moment, to: Moment): boolean;
  /** The first moment, not before this one, that is out of trouble; Infinity: not yet known. */
  over(moment: Moment): Moment;
  /** For reports. */
  last(): { readonly from: Moment; readonly to: Moment } | undefined;
}

/** No answer takes as long as this, so what ended before is of no interest any more. */
const memory = 120_000;

export const trouble = (): Trouble => {
  let periods: Period[] = [];
  const add = (from: Moment, to: Moment): Period => {
    const period = { from, to };
    periods = [...periods.filter((known) => known.to > Date.now() - memory), period];
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
    touches: (from, to) => periods.some((period) => period.from <= to && from < period.to),
    over: (moment) => {
      let end = moment;
      for (let period = at(end); period && end < Number.POSITIVE_INFINITY; period = at(end)) end = period.to;
      return end;
    },
  };
};
