/*
 * Run by npm after it has installed the dependencies: puts Auspice's published client beside them.
 *
 * Auspice is no dependency in package.json because 350 MB of build tools would come along with the 10 MB
 * that a server needs. The npm that runs this fetches it, so that registry, proxy, cache and credentials
 * are those of the installation, and the pinned sum in package.json is what makes it the right one.
 *
 * Plain JavaScript for Node 18 and later: an old Node may be the one that runs npm.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseTarGzip } from "nanotar";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const cache = join(root, "node_modules", ".cache");
const fetchMilliseconds = 300_000;

/** The client, its icon and licence, and what `convertFromV1` consists of. */
const needed =
  /^package\/(dist\/[^/]+|favicon\.png|LICENSE\.txt|package\.json|cli-build\/utils\.js|cli-build\/server\/convertJsonSchemas\.js)$/;

class Trouble extends Error {}

/** @type {(version: string, folder: string) => Promise<Buffer>} */
const fetchTarball = async (version, folder) => {
  const npm = process.env.npm_execpath;
  if (npm === undefined || !/npm-cli\.[cm]?js$/.test(npm)) throw new Trouble("only npm can fetch it");
  const command = [
    npm,
    "pack",
    `auspice@${version}`,
    "--ignore-scripts",
    "--loglevel=error",
    "--pack-destination",
    folder,
  ];
  try {
    await promisify(execFile)(process.execPath, command, { cwd: root, timeout: fetchMilliseconds });
  } catch (cause) {
    const { stderr, code, signal } = /** @type {import("node:child_process").ExecFileException} */ (cause);
    const told = /^npm (?:error|ERR!) code (\S+)/m.exec(stderr ?? "")?.[1];
    throw new Trouble(`npm could not fetch it (${told ?? code ?? signal})`, { cause });
  }
  const name = (await readdir(folder)).find((file) => file.endsWith(".tgz"));
  if (name === undefined) throw new Trouble("npm fetched nothing");
  return readFile(join(folder, name));
};

/** @type {(tarball: Buffer, integrity: string) => void} */
const checkIntegrity = (tarball, integrity) => {
  const found = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  if (found !== integrity) throw new Trouble(`what npm fetched is not the pinned package (it has ${found})`);
};

/** @type {(tarball: Buffer, folder: string) => Promise<void>} */
const unpack = async (tarball, folder) => {
  for (const { name, type, data } of await parseTarGzip(tarball)) {
    if (type !== "file" || data === undefined || !needed.test(name)) continue;
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, data);
  }
};

/**
 * Another installation on the same folder may have been quicker; both bring the same.
 * @type {(from: string, to: string) => Promise<void>}
 */
const moveIntoPlace = async (from, to) => {
  try {
    await rename(from, to);
  } catch (cause) {
    if (!existsSync(to)) throw cause;
  }
};

const install = async () => {
  const { version, integrity } = JSON.parse(await readFile(join(root, "package.json"), "utf8")).auspice;
  const place = join(cache, `auspice-${version}`);
  if (existsSync(place)) return;
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, "auspice-new-"));
  try {
    const tarball = await fetchTarball(version, temporary);
    checkIntegrity(tarball, integrity);
    await unpack(tarball, temporary);
    await moveIntoPlace(join(temporary, "package"), place);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

try {
  await install();
} catch (error) {
  if (!(error instanceof Error) || !(error instanceof Trouble || "code" in error)) throw error;
  console.error(`Auspice could not be installed: ${error.message}. Try again with: npm run postinstall`);
  process.exitCode = 1;
}
