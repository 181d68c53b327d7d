import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, succeeds } from "../containers/command.ts";
import { canInstallPackages, installPackages } from "../debian-packages.ts";

const cache = fileURLToPath(new URL("../../.cache/", import.meta.url));
const requirements = fileURLToPath(new URL("nextstrain-cli-requirements.txt", import.meta.url));

/** The installer, which takes seconds where pip takes minutes. */
const uv = "uv==0.13.9";

const printProgress = (line: string): void => {
  process.stderr.write(`nextstrain-cli: ${line}\n`);
};

const hasPython = () =>
  succeeds("python3", ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"]);

/** The path of a Python with venv; as root on Debian, installs one. */
const findPython = async (): Promise<string> => {
  if (!(await hasPython()) && canInstallPackages()) {
    printProgress("no Python 3 found; installing Debian's packages python3 and python3-venv");
    await installPackages("python3", "python3-venv");
  }
  if (!(await hasPython())) {
    throw new Error("The tests of the Nextstrain CLI need Python 3.10 or later, with its module venv.");
  }
  return (await run("python3", ["-c", "import sys; print(sys.executable)"], { seconds: 20 })).trim();
};

const build = async (python: string, home: string): Promise<void> => {
  printProgress("making its Python environment, once");
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, "draft-"));
  const env = { UV_CACHE_DIR: join(draft, "cache"), UV_PYTHON_DOWNLOADS: "never" };
  const installer = join(draft, "installer");
  const environment = join(draft, "environment");
  const uvProgram = join(installer, "bin", "uv");
  try {
    await run(python, ["-m", "venv", installer], { seconds: 120 });
    await run(join(installer, "bin", "pip"), ["install", "--quiet", uv], { seconds: 300 });
    // It is moved to its path when it is complete, so that an aborted run leaves no incomplete environment there.
    await run(uvProgram, ["venv", "--relocatable", "--python", python, environment], { seconds: 60, env });
    const into = ["--python", join(environment, "bin", "python"), "--compile-bytecode"];
    await run(uvProgram, ["pip", "install", ...into, "--requirement", requirements], { seconds: 300, env });
    await rename(environment, home);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};

/**
 * Installs the unmodified program `nextstrain` from PyPI, and resolves to its path. It is cached between runs, by
 * Python and requirements.
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

/** Vitest's global set-up, so that concurrent test files do not each build the environment. */
export const setup = async (): Promise<void> => {
  await installNextstrainCli();
};
