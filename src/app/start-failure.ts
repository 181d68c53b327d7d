import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { NotConfigured, StoreDown } from "../domain/failure.ts";
import { BadConfiguration } from "./configuration.ts";
import type { ListenerOptions } from "./listener.ts";

/** Why the process ends before it serves, for the person at the terminal. */
export interface StartFailure {
  readonly message: string;
  readonly exitCode: number;
}

const systemErrors: Readonly<Record<string, string>> = {
  EROFS: "it is on a read-only file system",
  EACCES: "there is no permission to write it",
  EPERM: "there is no permission to write it",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "a file of that name is in the way",
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** A port that cannot be had (configuration.md section 2: exit code 2). */
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
        message: `Port ${port} needs more rights than this process has. Set ${setting} to one above 1023.`,
      };
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return { exitCode, message: `${host} is no address of this machine. Correct HOST.` };
    default:
      return undefined;
  }
};

/** Node says ENOENT when it may not make a folder and its parents: what the nearest one there is says counts. */
const whyNotMade = (folder: string): string | undefined => {
  const parent = dirname(folder);
  if (!existsSync(folder) && parent !== folder) return whyNotMade(parent);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
};

/** What a person can mend; undefined for our own mistakes, which keep their stack. */
export const startFailure = (error: unknown, dataFolder: string | undefined): StartFailure | undefined => {
  if (error instanceof BadConfiguration) {
    const lines = error.problems.map((problem) => `  - ${problem}`);
    return { exitCode: 1, message: `The configuration cannot be used:\n${lines.join("\n")}` };
  }
  if (error instanceof NotConfigured) return { exitCode: 1, message: error.message };
  if (error instanceof CannotListen) return listenFailure(error);
  const cause = error instanceof StoreDown ? error.cause : error;
  if (dataFolder === undefined) return undefined;
  const code = codeOf(cause);
  const why = systemErrors[(code === "ENOENT" ? whyNotMade(dataFolder) : code) ?? ""];
  if (why === undefined) return undefined;
  return {
    exitCode: 1,
    message: `The data folder ${dataFolder} cannot be used: ${why}. Mend that, or set DATA_DIR.`,
  };
};
