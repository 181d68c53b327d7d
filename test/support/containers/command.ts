import { spawn } from "node:child_process";

export interface CommandOptions {
  /** The timeout, after which the command is killed and has failed. */
  readonly seconds: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The end of a command's output, for the error message. */
const tail = (text: string) => text.trim().split("\n").slice(-12).join("\n");

/** Runs a command without a shell. Resolves with its standard output; rejects with the end of its output. */
export const run = (command: string, args: readonly string[], options: CommandOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
      timeout: options.seconds * 1000,
      killSignal: "SIGKILL",
    });
    let output = "";
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      said = (said + text).slice(-20_000);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-20_000);
    });
    child.once("error", (cause) => reject(new Error(`${command} could not be started.`, { cause })));
    child.once("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args[0] ?? ""} failed (${signal ?? code}):\n${tail(said)}`));
    });
  });

/** Whether the command exits with 0. */
export const succeeds = (command: string, args: readonly string[], seconds = 20): Promise<boolean> =>
  run(command, args, { seconds }).then(
    () => true,
    () => false,
  );

/** Prints a line of progress, since the first set-up takes minutes. */
export const say = (line: string): void => {
  process.stderr.write(`containers: ${line}\n`);
};
