import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import { serializeCause } from "./serialize-cause.ts";

/** A destination for lines, such as standard output. */
export interface LineOutput {
  write(line: string): unknown;
}

/** Writes one line of JSON for each event, with its time (ISO 8601) as the first field. */
export const jsonLog = (output: LineOutput, clock: Clock): Log => ({
  write(event) {
    const time = new Date(clock.now() * 1000).toISOString();
    const text = JSON.stringify("cause" in event ? { ...event, cause: serializeCause(event) } : event);
    output.write(`{"time":"${time}",${text.slice(1)}\n`);
  },
});
