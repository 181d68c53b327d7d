import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../temporary-folder.ts";
import { freePorts } from "./started-server.ts";

const program = fileURLToPath(new URL("../../../server.js", import.meta.url));

const timeoutMs = 30_000;

export interface ServerOnSmallDisk {
  readonly origin: string;
  /** Runs a shell command, in which `$DISK` is the server's disk; rejects when it fails. */
  disk(command: string): Promise<void>;
  output(): string;
  close(): Promise<void>;
}

/** `node server.js` with demo accounts and a DATA_DIR on a tmpfs of this size. */
export const serverOnSmallDisk = async (size: string): Promise<ServerOnSmallDisk> => {
  const [port = 0] = await freePorts(1);
  const { path: disk, remove } = await temporaryFolder();
  const { PATH = "", HOME = "" } = process.env;
  // Without root privileges, a new user namespace gives them.
  const asRoot = process.geteuid?.() === 0 ? [] : ["--map-root-user"];
  const script = `
    mount -t tmpfs -o size=${size} tmpfs "$DISK" || exit 99
    '${process.execPath}' '${program}' </dev/null &
    while read -r command; do eval "$command" 2>&1; echo "done:$?"; done
    kill $!
    wait $!`;
  const child = spawn("unshare", [...asRoot, "--mount", "sh", "-c", script], {
    env: { PATH, HOME, DISK: disk, DATA_DIR: `${disk}/data`, PORT: String(port), HTTPS_PORT: "0" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    output += `${line}\n`;
  });
  const ended = once(child, "close");
  const origin = `http://localhost:${port}`;
  const deadline = Date.now() + timeoutMs;
  while (!output.includes("is ready")) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`The server does not start: ${output}`);
    await pause(50);
  }
  return {
    origin,
    output: () => output,
    disk: async (command) => {
      const done = new Promise<string>((resolve) => {
        const onLine = (line: string) => {
          if (!line.startsWith("done:")) return;
          lines.off("line", onLine);
          resolve(line);
        };
        lines.on("line", onLine);
      });
      child.stdin.write(`${command}\n`);
      if ((await done) !== "done:0") throw new Error(`${command} failed: ${output}`);
    },
    close: async () => {
      child.stdin.end();
      await ended;
      await remove();
    },
  };
};
