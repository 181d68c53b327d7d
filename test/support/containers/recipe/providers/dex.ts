import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { buildImage } from "../debian-base.ts";
import { withGoProgram } from "../go.ts";

/** Go's module proxy does not have the later releases; this is a commit shortly after 2.41.0. */
const program = {
  package: "github.com/dexidp/dex/cmd/dex",
  modules: [
    "github.com/dexidp/dex/cmd/dex@v0.0.0-20240807174518-43956db7fd75",
    "github.com/dexidp/dex/api/v2@v2.2.0",
  ],
  hasC: true,
};

export const buildDex = (name: string): Promise<void> =>
  withGoProgram(program, async (binary) => {
    const dockerfile = 'FROM scratch\nCOPY dex /usr/local/bin/dex\nENV PATH=/usr/local/bin\nCMD ["dex"]\n';
    await buildImage(name, dockerfile, (into) => copyFile(binary, join(into, "dex")));
  });
