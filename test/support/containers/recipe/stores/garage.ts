import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printProgress, run } from "../../command.ts";
import { aptSettings, buildImage, debianWith } from "../debian-base.ts";

/** Compiles the crate with few optimisations; with all of them it has taken 25 minutes on two busy cores. */
const compile = async (folder: string): Promise<string> => {
  printProgress("compiling Garage; this takes up to half an hour");
  const features = ["--no-default-features", "--features", "bundled-libs,sqlite"];
  await run("cargo", ["install", "garage@2.5.0", "--locked", ...features, "--root", folder], {
    seconds: 3600,
    env: { CARGO_PROFILE_RELEASE_OPT_LEVEL: "1" },
  });
  return join(folder, "bin/garage");
};

export const buildGarage = async (name: string): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "garage-"));
  try {
    const binary = await compile(folder);
    const dockerfile = `${await debianWith("libgcc-s1")}
COPY garage /usr/local/bin/garage
ENTRYPOINT ["garage"]
`;
    await buildImage(name, dockerfile, async (into) => {
      await aptSettings(into);
      await copyFile(binary, join(into, "garage"));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
