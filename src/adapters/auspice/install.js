/*
 * npm's postinstall script, which installs Auspice's published client.
 *
 * Auspice is no dependency in package.json, since the 10 MB that a server needs would bring 350 MB of build tools. It
 * is fetched by the npm that runs this script, with its registry, proxy, cache and credentials, and compared with the
 * integrity hash in package.json.
 *
 * This is plain JavaScript for Node 18 and later, since npm may run with an old Node.
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
/** In milliseconds. */
const fetchTimeout = 300_000;

/** The client, its icon and licence, and the modules of `convertFromV1`. */
const requiredFiles =
  /^package\/(dist\/[^/]+|favicon\.png|LICENSE\.txt|package\.json|cli-build\/utils\.js|cli-build\/server\/convertJsonSchemas\.js)$/;

class InstallationError extends Error {}

/** @type {(version: string, folder: string) => Promise<Buffer>} */
const fetchTarball = async (version, folder) => {
  const npm = process.env.npm_execpath;
  if (npm === undefined || !/npm-cli\.[cm]?js$/.test(npm))
    throw new InstallationError("only npm can fetch it");
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
    await promisify(execFile)(process.execPath, command, { cwd: root, timeout: fetchTimeout });
  } catch (cause) {
    const { stderr, code, signal } = /** @type {import("node:child_process").ExecFileException} */ (cause);
    const npmCode = /^npm (?:error|ERR!) code (\S+)/m.exec(stderr ?? "")?.[1];
    throw new InstallationError(`npm could not fetch it (${npmCode ?? code ?? signal})`, { cause });
  }
  const name = (await readdir(folder)).find((file) => file.endsWith(".tgz"));
  if (name === undefined) throw new InstallationError("npm fetched nothing");
  return readFile(join(folder, name));
};

/** @type {(tarball: Buffer, integrity: string) => void} */
const checkIntegrity = (tarball, integrity) => {
  const actual = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  if (actual !== integrity)
    throw new InstallationError(`what npm fetched is not the pinned package (it has ${actual})`);
};

/** @type {(tarball: Buffer, folder: string) => Promise<void>} */
const unpack = async (tarball, folder) => {
  for (const { name, type, data } of await parseTarGzip(tarball)) {
    if (type !== "file" || data === undefined || !requiredFiles.test(name)) continue;
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, data);
  }
};

/**
 * Another installation in the same folder may have been faster; its files are the same.
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
  const target = join(cache, `auspice-${version}`);
  if (existsSync(target)) return;
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, "auspice-new-"));
  try {
    const tarball = await fetchTarball(version, temporary);
    checkIntegrity(tarball, integrity);
    await unpack(tarball, temporary);
    await moveIntoPlace(join(temporary, "package"), target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

try {
  await install();
} catch (error) {
  if (!(error instanceof Error) || !(error instanceof InstallationError || "code" in error)) throw error;
  console.error(`Auspice could not be installed: ${error.message}. Try again with: npm run postinstall`);
  process.exitCode = 1;
}
