import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { buildImage } from "../debian-base.ts";
import { withGoProgram } from "../go.ts";

/** The commit of the image's default tag, which Go's module proxy does not have. */
const module = "github.com/minio/minio@v0.0.0-20250907161309-07c3a429bfed";

/** MinIO publishes no binary in any package registry. */
export const buildMinio = (name: string): Promise<void> =>
  withGoProgram({ package: "github.com/minio/minio", modules: [module] }, async (binary) => {
    const dockerfile = 'FROM scratch\nCOPY minio /usr/bin/minio\nENV PATH=/usr/bin\nENTRYPOINT ["minio"]\n';
    await buildImage(name, dockerfile, (into) => copyFile(binary, join(into, "minio")));
  });
