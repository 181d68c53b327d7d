import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, succeeds } from "../containers/command.ts";

const cache = fileURLToPath(new URL("../.cache/", import.meta.url));
const requirements = fileURLToPath(new URL("nextstrain-cli-requirements.txt", import.meta.url));

/** The installer, which is much faster than pip. */
const uv = "uv==0.13.9";

const say = (line: string): void => {
  process.stderr.write(`nextstrain-cli: ${line}\n`);
};

const usable = () =>
  succeeds("python3", ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"]);

const isDebianRoot = () => process.getuid?.() === 0 && existsSync("/etc/debian_version");

/** The path of a Python with venv, which is installed if this is Debian and root. */
const findPython = async (): Promise<string> => {
  if (!(await usable()) && isDebianRoot()) {
    say("no Python 3 found; installing Debian's packages python3 and python3-venv");
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["-y", "update"], { seconds: 300, env });
    await run("apt-get", ["-y", "--no-install-recommends", "install", "python3", "python3-venv"], {
      seconds: 600,
      env,
    });
  }
  if (!(await usable())) {
    throw new Error("The tests of the Nextstrain CLI need Python 3.10 or later, with its module venv.");
  }
  return (await run("python3", ["-c", "import sys; print(sys.executable)"], { seconds: 20 })).trim();
};

const build = async (python: string, home: string): Promise<void> => {
  say("making its Python environment, once");
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, "draft-"));
  const env = { UV_CACHE_DIR: join(draft, "cache"), UV_PYTHON_DOWNLOADS: "never" };
  const installer = join(draft, "installer");
  const environment = join(draft, "environment");
  const uvProgram = join(installer, "bin", "uv");
  try {
    await run(python, ["-m", "venv", installer], { seconds: 120 });
    await run(join(installer, "bin", "pip"), ["install", "--quiet", uv], { seconds: 300 });
    // It is renamed when it is complete, so that an interrupted run leaves no incomplete environment.
    await run(uvProgram, ["venv", "--relocatable", "--python", python, environment], { seconds: 60, env });
    const into = ["--python", join(environment, "bin", "python"), "--compile-bytecode"];
    await run(uvProgram, ["pip", "install", ...into, "--requirement", requirements], { seconds: 300, env });
    await rename(environment, home);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};

/**
 * The path of the program `nextstrain`, installed from PyPI. The environment is kept between runs; another Python or
 * other requirements get a new one.
 */
export const installNextstrainCli = async (): Promise<string> => {
  const python = await findPython();
  const content = await readFile(requirements);
  const name = createHash("sha256").update(python).update(content).digest("hex").slice(0, 12);
  const home = join(cache, `nextstrain-cli-${name}`);
  const program = join(home, "bin", "nextstrain");
  if (!existsSync(program)) await build(python, home);
  return program;
};

/** Vitest's global set-up, so that concurrent test files do not all create the environment. */
export const setup = async (): Promise<void> => {
  await installNextstrainCli();
};
