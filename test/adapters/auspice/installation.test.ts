import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findInstallation } from "../../../src/adapters/auspice/installation.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("finding Auspice", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeEach(async () => {
    folder = await temporaryFolder();
    await writeFile(join(folder.path, "package.json"), JSON.stringify({ auspice: { version: "3.0.0" } }));
  });
  afterEach(() => folder.remove());

  it("returns the folder of the pinned version", async () => {
    const target = join(folder.path, "node_modules", ".cache", "auspice-3.0.0");
    await mkdir(target, { recursive: true });
    expect(findInstallation(folder.path)).toEqual({ folder: target, version: "3.0.0" });
  });

  it("throws an error that says what to run when another version is installed", async () => {
    await mkdir(join(folder.path, "node_modules", ".cache", "auspice-2.9.9"), { recursive: true });
    expect(() => findInstallation(folder.path)).toThrow(
      new Error("Auspice 3.0.0 is not installed; fetch it with: npm run postinstall"),
    );
  });
});
