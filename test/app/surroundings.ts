import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Configuration } from "../../src/app/config/configuration.ts";
import { BadConfiguration, readConfiguration } from "../../src/app/config/configuration.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

type Environment = Record<string, string>;

/** A codebase's folder and a working folder, with the configuration files that come with the code. */
export const surroundings = async () => {
  const { path, remove } = await temporaryFolder();
  const codebase = join(path, "codebase");
  const workingFolder = join(path, "working");

  /** Writes a file, as JSON unless it is text; its path is relative to the folder of both. */
  const write = async (name: string, content: unknown): Promise<string> => {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };

  await mkdir(workingFolder);
  for (const [name, groups] of [
    ["testing", [{ name: "demo", isPublic: true }]],
    ["production", []],
  ] as const) {
    await write(`codebase/env/${name}/config.json`, { GROUPS_DATA_FILE: "groups.json" });
    await write(`codebase/env/${name}/groups.json`, groups);
  }

  const read = (environment: Environment): Promise<Configuration> =>
    readConfiguration({ environment, codebase, workingFolder });

  return {
    path,
    codebase,
    workingFolder,
    write,
    read,
    /** Everything that is wrong, or a failed test when nothing is. */
    problemsOf: async (environment: Environment): Promise<readonly string[]> => {
      const error = await read(environment).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error instanceof BadConfiguration) return error.problems;
      throw new Error("nothing is wrong with this configuration", { cause: error });
    },
    /** The settings that this file gives. */
    readFile: async (content: unknown, environment: Environment = {}) =>
      (await read({ CONFIG_FILE: await write("elsewhere/config.json", content), ...environment })).settings,
    remove,
  };
};

export const key = Buffer.alloc(32, 1).toString("base64url");

/** The least that an identity provider of one's own needs. */
export const provider: Environment = {
  OIDC_IDP_URL: "https://idp.example.org",
  OIDC_USERNAME_CLAIM: "sub",
  OIDC_GROUPS_CLAIM: "groups",
  OAUTH2_CLIENT_ID: "app",
  OAUTH2_CLI_CLIENT_ID: "cli",
  OAUTH2_CLI_CLIENT_REDIRECT_URIS: "[]",
};

/** The least that production needs. */
export const production: Environment = {
  ...provider,
  NODE_ENV: "production",
  SESSION_SECRET: "a secret of the tests, long enough",
  SESSION_ENCRYPTION_KEYS: `first=${key}`,
  REDIS_URL: "rediss://u:password@127.0.0.1:6379",
};
