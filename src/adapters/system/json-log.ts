import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import { loggedCause } from "./logged-cause.ts";

/** Where lines go; standard output is one. */
export interface LineOutput {
  write(line: string): unknown;
}

/** One line of JSON for each event, with the time in front: for machines. */
export const jsonLog = (output: LineOutput, clock: Clock): Log => ({
  write(event) {
    const time = new Date(clock.now() * 1000).toISOString();
    const text = JSON.stringify("cause" in event ? { ...event, cause: loggedCause(event) } : event);
    output.write(`{"time":"${time}",${text.slice(1)}\n`);
  },
});
