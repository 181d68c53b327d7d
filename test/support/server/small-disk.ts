import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { temporaryFolder } from "../temporary-folder.ts";

export interface ScriptResult {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs a shell script, in which `$DISK` is a tmpfs with these options of mount(8), in a mount namespace that ends with
 * the shell. Rejects where the system does not allow that, since a test without it would prove nothing.
 */
export const onSmallDisk = async (
  options: string,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ScriptResult> => {
  const folder = await temporaryFolder();
  // Without root privileges, a new user namespace gives them.
  const asRoot = process.geteuid?.() === 0 ? [] : ["--map-root-user"];
  const mount = `mount -t tmpfs -o ${options} tmpfs "$DISK" || exit 99`;
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, ...environment, DISK: folder.path };
  try {
    const run = promisify(execFile)("unshare", [...asRoot, "--mount", "sh", "-c", `${mount}\n${script}`], {
      env,
      timeout: 60_000,
    });
    const { code, stdout, stderr } = await run.then(
      (done) => ({ code: 0, ...done }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    if (typeof code !== "number" || code === 99 || /^unshare:/m.test(stderr)) {
      throw new Error(`A small disk cannot be had here (it needs unshare and mount): ${stderr || code}`);
    }
    return { code, output: stdout, errors: stderr };
  } finally {
    await folder.remove();
  }
};
