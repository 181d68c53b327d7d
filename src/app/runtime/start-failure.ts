import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { NotConfigured, StoreDown } from "../../domain/failure.ts";
import { BadConfiguration } from "../config/configuration.ts";
import type { ListenerOptions } from "./listener.ts";

/** Why the server cannot start, for the person at the terminal. */
export interface StartFailure {
  readonly message: string;
  readonly exitCode: number;
}

const systemErrors: Readonly<Record<string, string>> = {
  EROFS: "it is on a read-only file system",
  EACCES: "this process has no permission for it",
  EPERM: "this process has no permission for it",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "a file of that name is in the way",
};

/** Errors that concern the whole disk, whichever file they occurred at. */
const diskErrors = ["EROFS", "ENOSPC", "EDQUOT"];

/** Operations on open files, whose errors have no path. All that is written at the start is in the data folder. */
const openFileOperations = ["read", "write", "fsync", "fdatasync", "ftruncate"];

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** A port that cannot be listened on (configuration.md section 2: exit code 2). */
export class CannotListen extends Error {
  readonly setting: "PORT" | "HTTPS_PORT";
  readonly options: ListenerOptions;
  constructor(setting: "PORT" | "HTTPS_PORT", options: ListenerOptions, cause: unknown) {
    super("cannot listen", { cause });
    this.setting = setting;
    this.options = options;
  }
}

const listenFailure = ({ setting, options, cause }: CannotListen): StartFailure | undefined => {
  const { host, port } = options;
  const exitCode = 2;
  switch (codeOf(cause)) {
    case "EADDRINUSE":
      return {
        exitCode,
        message: `Port ${port} is in use. Stop what uses it, or set ${setting} to another port.`,
      };
    case "EACCES":
      return {
        exitCode,
        message: `Port ${port} needs more rights than this process has. Set ${setting} to ${port < 1024 ? "one above 1023" : "another port"}.`,
      };
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return { exitCode, message: `${host} is no address of this machine. Correct HOST.` };
    default:
      return undefined;
  }
};

/** The nearest existing ancestor of a path, whose permissions decide whether it can be created. */
const existingPart = (path: string): string => {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : existingPart(parent);
};

/** Node reports ENOENT when it may not create a folder with its parents; the nearest existing one has the reason. */
const whyNotMade = (folder: string): string | undefined => {
  try {
    accessSync(existingPart(folder), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
};

const isBelow = (path: string, folder: string): boolean => path.startsWith(join(folder, sep));

/** The failure of a file or folder; undefined when it is none that a person has configured. */
const diskFailure = (error: unknown, dataFolder: string | undefined): StartFailure | undefined => {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  const isInData =
    dataFolder !== undefined &&
    (path === undefined
      ? openFileOperations.includes(syscall ?? "")
      : path === dataFolder || isBelow(path, dataFolder) || isBelow(dataFolder, path));
  const why = systemErrors[(isInData && code === "ENOENT" ? whyNotMade(dataFolder) : code) ?? ""];
  if (why === undefined) return undefined;
  if (!isInData)
    return path === undefined ? undefined : { exitCode: 1, message: `${path} cannot be used: ${why}.` };
  const part = path === undefined || diskErrors.includes(code ?? "") ? dataFolder : existingPart(path);
  const place = isBelow(part, dataFolder) ? `${part} in the data folder` : `The data folder ${dataFolder}`;
  return { exitCode: 1, message: `${place} cannot be used: ${why}. Mend that, or set DATA_DIR.` };
};

/** Explains an error that an operator can correct; undefined for defects of the program, which keep their stack. */
export const startFailure = (error: unknown, dataFolder: string | undefined): StartFailure | undefined => {
  if (error instanceof BadConfiguration) {
    const lines = error.problems.map((problem) => `  - ${problem}`);
    return { exitCode: 1, message: `The configuration cannot be used:\n${lines.join("\n")}` };
  }
  if (error instanceof NotConfigured) return { exitCode: 1, message: error.message };
  if (error instanceof CannotListen) return listenFailure(error);
  const cause = error instanceof StoreDown ? error.cause : error;
  return codeOf(cause) === undefined ? undefined : diskFailure(cause, dataFolder);
};
