import type { Log, LogEvent } from "../../../src/ports/driven/system/log.ts";

/** A log that keeps what was written, for a test to look at. */
export const recordingLog = (): Log & { readonly events: LogEvent[] } => {
  const events: LogEvent[] = [];
  return { events, write: (event) => void events.push(event) };
};
