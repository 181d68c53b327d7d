import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Seconds } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import { hasCode } from "../shared/disk-fault.ts";
import { writeNewFile } from "../shared/durable-file.ts";
import { type IssuedCertificates, issueCertificates } from "./issue-certificates.ts";

export interface LocalCa {
  /** Path of the CA's certificate (PEM), which clients have to trust. */
  readonly caPath: string;
  /** The server's private key, PEM. */
  readonly key: string;
  /** The server's certificate, PEM. */
  readonly cert: string;
  /** Whether an earlier CA was replaced; clients that trusted that one have to trust the new one. */
  readonly renewed: boolean;
}

const files = { ca: "ca.pem", server: "server.pem", serverKey: "server-key.pem" } as const;

const renewBefore: Seconds = 30 * 24 * 3600;
const minLeftoverAge: Seconds = 3600;

/** Whether all files are intact, match each other, and do not expire soon. */
const isUsable = (stored: IssuedCertificates, now: Seconds): boolean => {
  try {
    const ca = new X509Certificate(stored.ca);
    const server = new X509Certificate(stored.server);
    const expiresAt = Math.min(ca.validToDate.getTime(), server.validToDate.getTime()) / 1000;
    return (
      expiresAt - now > renewBefore &&
      server.checkIssued(ca) &&
      server.verify(ca.publicKey) &&
      server.checkPrivateKey(createPrivateKey(stored.serverKey))
    );
  } catch {
    // Only a PEM that cannot be parsed throws here.
    return false;
  }
};

const isNotFound = (error: unknown): boolean => hasCode(error, "ENOENT");

/** Undefined: the folder, or one of its files, does not exist. */
const readCertificates = async (folder: string): Promise<IssuedCertificates | undefined> => {
  try {
    const read = (name: string) => readFile(join(folder, name), "utf8");
    const [ca, server, serverKey] = await Promise.all([
      read(files.ca),
      read(files.server),
      read(files.serverKey),
    ]);
    return { ca, server, serverKey };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
};

const folderExists = async (folder: string): Promise<boolean> => {
  try {
    await stat(folder);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
};

/** Renames a folder. False: the new name is in use, and nothing was renamed. */
const renameIfFree = async (from: string, to: string): Promise<boolean> => {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST")) return false;
    throw error;
  }
};

/**
 * Removes temporary folders of starts that were killed; a start that is running has needed its own for seconds only.
 */
const removeLeftovers = async (folder: string, now: Seconds): Promise<void> => {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`.${basename(folder)}-`)) continue;
    const path = join(parent, name);
    const { mtimeMs } = await stat(path);
    if (now - mtimeMs / 1000 > minLeftoverAge) await rm(path, { recursive: true, force: true });
  }
};

/**
 * Removes unusable certificates. If another process has replaced them in the meantime, its certificates are moved
 * back.
 */
const removeUnusable = async (folder: string, unusable: IssuedCertificates | undefined): Promise<void> => {
  const temporary = join(dirname(folder), `.${basename(folder)}-${randomBytes(6).toString("hex")}`);
  try {
    await rename(folder, temporary);
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  const moved = await readCertificates(temporary);
  if (moved !== undefined && moved.server !== unusable?.server && (await renameIfFree(temporary, folder)))
    return;
  await rm(temporary, { recursive: true, force: true });
};

/** Issues certificates and moves them into place, unless another process was faster. */
const install = async (folder: string, now: Seconds): Promise<void> => {
  const issued = await issueCertificates(now);
  const temporary = join(dirname(folder), `.${basename(folder)}-${randomBytes(6).toString("hex")}`);
  await mkdir(temporary, { mode: 0o700 });
  try {
    await writeNewFile(join(temporary, files.ca), issued.ca, 0o644);
    await writeNewFile(join(temporary, files.server), issued.server, 0o644);
    await writeNewFile(join(temporary, files.serverKey), issued.serverKey);
    await renameIfFree(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

/**
 * The certificates for https on a laptop, which are issued at the first start and stored in `folder` (for example
 * `data/ca`). Processes that start at the same time all use those of the fastest. Throws errors of the file system.
 */
export const openLocalCa = async (options: { folder: string; clock: Clock }): Promise<LocalCa> => {
  const { folder } = options;
  const now = options.clock.now();
  // Checked first: a folder that another process creates in the meantime is complete, and must not be removed.
  const hadFolder = await folderExists(folder);
  const stored = await readCertificates(folder);
  const localCa = (issued: IssuedCertificates, renewed: boolean): LocalCa => ({
    caPath: join(folder, files.ca),
    key: issued.serverKey,
    cert: issued.server,
    renewed,
  });
  if (stored !== undefined && isUsable(stored, now)) return localCa(stored, false);

  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await removeLeftovers(folder, now);
  if (hadFolder) await removeUnusable(folder, stored);
  await install(folder, now);
  const installed = await readCertificates(folder);
  if (installed === undefined || !isUsable(installed, now)) {
    throw new Error(`The certificates in ${folder} disappear as soon as they are made.`);
  }
  return localCa(installed, hadFolder);
};
