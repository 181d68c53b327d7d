import { spawn } from "node:child_process";

export interface CommandOptions {
  /** Timeout, after which the command is killed and fails. */
  readonly seconds: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The last lines of a failed command's output. */
const tail = (text: string) => text.trim().split("\n").slice(-12).join("\n");

/** Runs a command without a shell; resolves to its standard output, rejects with the end of its output. */
export const run = (command: string, args: readonly string[], options: CommandOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
      timeout: options.seconds * 1000,
      killSignal: "SIGKILL",
    });
    let output = "";
    let recent = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      recent = (recent + text).slice(-20_000);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      recent = (recent + text).slice(-20_000);
    });
    child.once("error", (cause) => reject(new Error(`${command} could not be started.`, { cause })));
    child.once("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args[0] ?? ""} failed (${signal ?? code}):\n${tail(recent)}`));
    });
  });

/** Whether the command exits with 0. */
export const succeeds = (command: string, args: readonly string[], seconds = 20): Promise<boolean> =>
  run(command, args, { seconds }).then(
    () => true,
    () => false,
  );

/** Prints a line of progress, since the first set-up takes minutes. */
export const printProgress = (line: string): void => {
  process.stderr.write(`containers: ${line}\n`);
};
