import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { aptSettings, buildImage, debianWith } from "../debian-base.ts";
import { withGoProgram } from "../go.ts";

const program = {
  package: "github.com/ory/hydra/v2",
  modules: ["github.com/ory/hydra/v2@v2.3.0"],
  // As in Hydra's own go.mod.
  replace: ["github.com/gobuffalo/pop/v6 => github.com/ory/pop/v6 v6.2.1-0.20241121111754-e5dfc0f3344b"],
  hasC: true,
  tags: ["sqlite"],
};

export const buildHydra = (name: string): Promise<void> =>
  withGoProgram(program, async (binary) => {
    const dockerfile = `${await debianWith("ca-certificates")}\nCOPY hydra /usr/bin/hydra\nCMD ["hydra"]\n`;
    await buildImage(name, dockerfile, async (into) => {
      await aptSettings(into);
      await copyFile(binary, join(into, "hydra"));
    });
  });
