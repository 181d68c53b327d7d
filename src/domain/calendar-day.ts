import type { Branded, Seconds } from "./brand.ts";

/** A day in UTC, as YYYY-MM-DD. */
export type CalendarDay = Branded<"CalendarDay">;

const startOf = (day: string): Seconds => Date.parse(`${day}T00:00:00Z`) / 1000;

export const dayOf = (time: Seconds): CalendarDay =>
  new Date(time * 1000).toISOString().slice(0, "YYYY-MM-DD".length) as CalendarDay;

/** Undefined: it is no day of the calendar, such as 2026-02-30. */
export const parseDay = (value: unknown): CalendarDay | undefined => {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  const start = startOf(value);
  return Number.isFinite(start) && dayOf(start) === value ? (value as CalendarDay) : undefined;
};

/** The first second after the day. */
export const endOfDay = (day: CalendarDay): Seconds => startOf(day) + 86_400;
