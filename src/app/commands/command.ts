import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Random } from "../../ports/driven/system/random.ts";
import type { Configuration } from "../config/configuration.ts";

/** A command's implementation; `dispatch.ts` defines its arguments. */
export type Run = (
  args: readonly string[],
  context: CommandContext,
  options: CommandOptions,
) => Promise<void>;

/** Options as they were typed, by their long names in camel case. */
export interface CommandOptions {
  readonly [name: string]: string | boolean | readonly string[] | undefined;
}

export interface CommandContext {
  readonly clock: Clock;
  readonly random: Random;
  /** Writes to standard output: the command's result only, so that it can be redirected to a file. */
  readonly print: (text: string) => void;
  /** Writes to standard error: remarks for the person at the terminal. */
  readonly warn: (text: string) => void;
  /** Reads the server's configuration. @throws BadConfiguration */
  readonly configure: () => Promise<Configuration>;
}

/** Exit code of a command that found nothing to do. */
export const nothingFound = 3;

/** The failure of a command; its message is for the person at the terminal. */
export class CommandFailed extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
