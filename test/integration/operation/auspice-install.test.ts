import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createTarGzip } from "nanotar";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const projectRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** Stands in for the npm client: "fetches" the tarball beside it, or fails as npm does when offline. */
const npm = `
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
const tarball = join(import.meta.dirname, "auspice.tgz");
if (!existsSync(tarball)) {
  console.error("npm error code ENOTCACHED\\nnpm error request to somewhere failed");
  process.exit(1);
}
cpSync(tarball, join(process.argv[process.argv.indexOf("--pack-destination") + 1], "auspice-1.2.3.tgz"));
`;

describe("installing Auspice", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let cache: string;

  const pin = (integrity: string) =>
    writeFile(
      join(folder.path, "package.json"),
      JSON.stringify({ type: "module", auspice: { version: "1.2.3", integrity } }),
    );

  const install = async (): Promise<{ code: number; said: string }> => {
    const script = join(folder.path, "src/adapters/auspice/install.js");
    const env = { ...process.env, npm_execpath: join(folder.path, "npm-cli.mjs") };
    return promisify(execFile)(process.execPath, [script], { env }).then(
      ({ stderr }) => ({ code: 0, said: stderr }),
      (error: { code: number; stderr: string }) => ({ code: error.code, said: error.stderr }),
    );
  };

  beforeEach(async () => {
    folder = await temporaryFolder();
    cache = join(folder.path, "node_modules", ".cache");
    await mkdir(join(folder.path, "node_modules"));
    await symlink(
      join(projectRoot, "node_modules/nanotar"),
      join(folder.path, "node_modules/nanotar"),
      "dir",
    );
    await cp(
      join(projectRoot, "src/adapters/auspice/install.js"),
      join(folder.path, "src/adapters/auspice/install.js"),
    );
    await writeFile(join(folder.path, "npm-cli.mjs"), npm);
    const files = [
      "dist/a.js",
      "dist/a.js.br",
      "LICENSE.txt",
      "cli-build/utils.js",
      "src/secret.ts",
      "../out.js",
    ];
    const tarball = await createTarGzip(files.map((name) => ({ name: `package/${name}`, data: name })));
    await writeFile(join(folder.path, "auspice.tgz"), tarball);
    await pin(`sha512-${createHash("sha512").update(tarball).digest("base64")}`);
  });
  afterEach(() => folder.remove());

  it("unpacks what is needed and nothing else", async () => {
    expect(await install()).toEqual({ code: 0, said: "" });
    expect(await readdir(cache)).toEqual(["auspice-1.2.3"]);
    expect((await readdir(join(cache, "auspice-1.2.3"))).sort()).toEqual([
      "LICENSE.txt",
      "cli-build",
      "dist",
    ]);
    expect(await readFile(join(cache, "auspice-1.2.3/dist/a.js"), "utf8")).toBe("dist/a.js");
  });

  it("asks npm for nothing when it is there already", async () => {
    await install();
    await rm(join(folder.path, "npm-cli.mjs"));
    expect(await install()).toEqual({ code: 0, said: "" });
  });

  it("refuses a package that is not the pinned one, and leaves nothing", async () => {
    await pin("sha512-another");
    const { code, said } = await install();
    expect(code).toBe(1);
    expect(said).toMatch(/^Auspice could not be installed: what npm fetched is not the pinned package .*\n$/);
    expect(await readdir(cache)).toEqual([]);
  });

  it("says in one line why npm could not fetch it, and what to run", async () => {
    await rm(join(folder.path, "auspice.tgz"));
    expect(await install()).toEqual({
      code: 1,
      said: "Auspice could not be installed: npm could not fetch it (ENOTCACHED). Try again with: npm run postinstall\n",
    });
  });

  it("works twice at once on the same folder", async () => {
    const both = await Promise.all([install(), install()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await readdir(cache)).toEqual(["auspice-1.2.3"]);
  });
});
