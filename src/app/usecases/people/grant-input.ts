import type { Seconds } from "../../../domain/brand.ts";
import type { CalendarDay } from "../../../domain/calendar-day.ts";
import { endOfDay, parseDay } from "../../../domain/calendar-day.ts";
import { BadRequest } from "../../../domain/failure.ts";
import type { Role } from "../../../domain/identity/role.ts";
import { roles } from "../../../domain/identity/role.ts";
import { cleanNote, maxNoteLength } from "../../../domain/people/note.ts";

/** The role that a body names. */
export const roleIn = (name: string): Role => {
  const role = roles.find((known) => known === name);
  if (!role) throw new BadRequest(`The role has to be one of ${roles.join(", ")}.`);
  return role;
};

/** Parses a last day, which is the value of `field`. */
export const dayIn = (
  text: string | undefined,
  now: Seconds,
  field: "until" | "expires" = "until",
): CalendarDay | undefined => {
  if (text === undefined) return undefined;
  const day = parseDay(text);
  if (day === undefined)
    throw new BadRequest(`The day (${field}) has to be one of the calendar, as YYYY-MM-DD.`);
  if (endOfDay(day) <= now) throw new BadRequest(`The day (${field}) is over: ${day} ended, in UTC.`);
  return day;
};

/** The note in a body; undefined: there is none. */
export const noteIn = (text: string | undefined): string | undefined => {
  const note = cleanNote(text ?? "");
  if (note.length > maxNoteLength)
    throw new BadRequest(`The note has more than ${maxNoteLength} characters.`);
  return note === "" ? undefined : note;
};
