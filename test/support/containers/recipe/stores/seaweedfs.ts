import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { aptSettings, buildImage, debianWith } from "../debian-base.ts";
import { withGoProgram } from "../go.ts";

/** The commit of 4.53, since its releases have no versions for Go. */
const program = {
  package: "github.com/seaweedfs/seaweedfs/weed",
  modules: ["github.com/seaweedfs/seaweedfs/weed@v0.0.0-20261109003541-7506e5f91cd6"],
  // As in SeaweedFS's own go.mod.
  replace: ["github.com/tyler-smith/go-bip39 => github.com/cosmos/go-bip39 v1.0.0"],
};

export const buildSeaweedfs = (name: string): Promise<void> =>
  withGoProgram(program, async (binary) => {
    const dockerfile = `${await debianWith("ca-certificates")}\nCOPY weed /usr/bin/weed\nCMD ["weed"]\n`;
    await buildImage(name, dockerfile, async (into) => {
      await aptSettings(into);
      await copyFile(binary, join(into, "weed"));
    });
  });
