import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { pictures, takePictures } from "../../docs/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const stored = fileURLToPath(new URL("../../docs/images/", import.meta.url));

/** Width and height, from the header chunk (PNG specification, section 11.2.1). */
const sizeOf = async (path: string): Promise<readonly [number, number]> => {
  const bytes = await readFile(path);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
};

// Rendering differs a little between machines, so that only the heights are compared.
it("the screenshots in docs/images are small and up to date", async () => {
  const folder = await temporaryFolder();
  try {
    await takePictures(folder.path);
    for (const { name } of pictures) {
      const [[width, height], [storedWidth, storedHeight]] = await Promise.all([
        sizeOf(join(folder.path, name)),
        sizeOf(join(stored, name)),
      ]);
      expect(width, name).toBe(storedWidth);
      expect(Math.abs(height - storedHeight), `${name}: run npm run docs:images`).toBeLessThan(60);
      expect((await stat(join(stored, name))).size, name).toBeLessThan(150_000);
    }
  } finally {
    await folder.remove();
  }
});
