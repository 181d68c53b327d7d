import type { CalendarDay } from "../../../../../domain/calendar-day.ts";
import { dayOf } from "../../../../../domain/calendar-day.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day as pages write it, such as "31 Jan 2027". */
export const dayText = (day: CalendarDay): string => {
  const [year, month, date] = day.split("-").map(Number);
  return `${date} ${months[(month ?? 1) - 1]} ${year}`;
};

/** A day in the past, in words where it is near. */
export const pastDayText = (day: CalendarDay, today: CalendarDay): string => {
  if (day === today) return "today";
  const yesterday = dayOf(Date.parse(`${today}T00:00:00Z`) / 1000 - 1);
  return day === yesterday ? "yesterday" : dayText(day);
};
