import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Seconds } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import { hasCode } from "../shared/disk-fault.ts";
import { writeNewFile } from "../shared/durable-file.ts";
import { type IssuedCertificates, issueCertificates } from "./issue-certificates.ts";

export interface LocalCa {
  /** The CA's certificate, to be trusted by clients. */
  readonly caPath: string;
  /** The server's private key, PEM. */
  readonly key: string;
  /** The server's certificate, PEM. */
  readonly cert: string;
  /** An earlier CA was replaced: whoever trusted that one has to trust the new one. */
  readonly renewed: boolean;
}

const files = { ca: "ca.pem", server: "server.pem", serverKey: "server-key.pem" } as const;

const renewBefore: Seconds = 30 * 24 * 3600;
const leftOverAfter: Seconds = 3600;

/** False when a file is damaged or near its end, and when they do not belong together. */
const usable = (found: IssuedCertificates, now: Seconds): boolean => {
  try {
    const ca = new X509Certificate(found.ca);
    const server = new X509Certificate(found.server);
    const end = Math.min(ca.validToDate.getTime(), server.validToDate.getTime()) / 1000;
    return (
      end - now > renewBefore &&
      server.checkIssued(ca) &&
      server.verify(ca.publicKey) &&
      server.checkPrivateKey(createPrivateKey(found.serverKey))
    );
  } catch {
    // Unreadable PEM is all that throws here, and means the same as a verdict.
    return false;
  }
};

const isMissing = (error: unknown): boolean => hasCode(error, "ENOENT");

/** Undefined when there is no such folder, or not all of its files. */
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
    if (isMissing(error)) return undefined;
    throw error;
  }
};

const folderExists = async (folder: string): Promise<boolean> => {
  try {
    await stat(folder);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

/** Renames a folder to a name that is free; false when somebody else has taken the name. */
const renameIfFree = async (from: string, to: string): Promise<boolean> => {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST")) return false;
    throw error;
  }
};

/** What a start that was killed has left beside the folder; a running one needs seconds. */
const removeLeftOvers = async (folder: string, now: Seconds): Promise<void> => {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`.${basename(folder)}-`)) continue;
    const path = join(parent, name);
    const { mtimeMs } = await stat(path);
    if (now - mtimeMs / 1000 > leftOverAfter) await rm(path, { recursive: true, force: true });
  }
};

/**
 * Moves unusable certificates out of the way. Another start may have renewed them a moment ago: what turns
 * out not to be what was judged goes back.
 */
const moveAside = async (folder: string, judged: IssuedCertificates | undefined): Promise<void> => {
  const aside = join(dirname(folder), `.${basename(folder)}-${randomBytes(6).toString("hex")}`);
  try {
    await rename(folder, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const moved = await readCertificates(aside);
  if (moved !== undefined && moved.server !== judged?.server && (await renameIfFree(aside, folder))) return;
  await rm(aside, { recursive: true, force: true });
};

/** Puts new certificates into place, unless another start was faster. */
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
 * The certificates by which this server speaks https on a laptop, made at the first start in `folder` (for
 * example `data/ca`). Of several first starts at once all use what the fastest has made. Errors of the file
 * system pass through.
 */
export const openLocalCa = async (options: { folder: string; clock: Clock }): Promise<LocalCa> => {
  const { folder } = options;
  const now = options.clock.now();
  // Asked first: a folder that another start puts there in the meantime is whole, and not to be renewed.
  const renewed = await folderExists(folder);
  const found = await readCertificates(folder);
  const opened = (issued: IssuedCertificates, renewed: boolean): LocalCa => ({
    caPath: join(folder, files.ca),
    key: issued.serverKey,
    cert: issued.server,
    renewed,
  });
  if (found !== undefined && usable(found, now)) return opened(found, false);

  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await removeLeftOvers(folder, now);
  if (renewed) await moveAside(folder, found);
  await install(folder, now);
  const made = await readCertificates(folder);
  if (made === undefined || !usable(made, now)) {
    throw new Error(`The certificates in ${folder} disappear as soon as they are made.`);
  }
  return opened(made, renewed);
};
