import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Random } from "../../ports/driven/system/random.ts";
import type { Configuration } from "../config/configuration.ts";

/** What the program does besides serving; `dispatch.ts` says by which arguments. */
export type Run = (args: readonly string[], context: CommandContext) => Promise<void>;

export interface CommandContext {
  readonly clock: Clock;
  readonly random: Random;
  /** Standard output: what was asked for, and nothing else, so that it can go to a file. */
  readonly print: (text: string) => void;
  /** Standard error: what a person wants to know beside it. */
  readonly warn: (text: string) => void;
  /** The server's own. @throws BadConfiguration */
  readonly configure: () => Promise<Configuration>;
}

/** Exit code of a command that found nothing to do. */
export const nothingFound = 3;

/** A command that came to nothing; the message is for the person at the terminal. */
export class CommandFailed extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
