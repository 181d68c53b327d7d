import { spawn } from "node:child_process";

export interface CommandOptions {
  /** After this the command is killed and counts as failed. */
  readonly seconds: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a command printed last, for the one who has to find out why it failed. */
const tail = (text: string) => text.trim().split("\n").slice(-12).join("\n");

/** Runs a command without a shell; resolves to its standard output, rejects with the end of what it said. */
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

/** Whether the command runs and ends well. */
export const succeeds = (command: string, args: readonly string[], seconds = 20): Promise<boolean> =>
  run(command, args, { seconds }).then(
    () => true,
    () => false,
  );

/** A line of progress: setting up for the first time takes minutes, and silence looks like a hang. */
export const say = (line: string): void => {
  process.stderr.write(`containers: ${line}\n`);
};
