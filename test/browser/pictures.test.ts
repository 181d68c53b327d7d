import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { pictures, takePictures } from "../../docs/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const kept = fileURLToPath(new URL("../../docs/images/", import.meta.url));

/** Width and height, from the header chunk (PNG specification, section 11.2.1). */
const sizeOf = async (path: string): Promise<readonly [number, number]> => {
  const bytes = await readFile(path);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
};

// A page that has grown or shrunk gives a picture of another height; drawing differs a little on each machine.
it("the documentation's pictures are small, and show the pages as they are now", async () => {
  const folder = await temporaryFolder();
  try {
    await takePictures(folder.path);
    for (const { name } of pictures) {
      const [[width, height], [keptWidth, keptHeight]] = await Promise.all([
        sizeOf(join(folder.path, name)),
        sizeOf(join(kept, name)),
      ]);
      expect(width, name).toBe(keptWidth);
      expect(Math.abs(height - keptHeight), `${name}: run npm run docs:images`).toBeLessThan(60);
      expect((await stat(join(kept, name))).size, name).toBeLessThan(150_000);
    }
  } finally {
    await folder.remove();
  }
});
