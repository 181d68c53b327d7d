import type { Log, LogEvent } from "../../../src/ports/driven/system/log.ts";

/** A log that stores its events for the test. */
export const recordingLog = (): Log & { readonly events: LogEvent[] } => {
  const events: LogEvent[] = [];
  return { events, write: (event) => void events.push(event) };
};
