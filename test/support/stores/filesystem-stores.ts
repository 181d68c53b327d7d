import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { filesystemResourceStore } from "../../../src/adapters/filesystem/resources/resource-store.ts";
import { filesystemNotBeforeMarks } from "../../../src/adapters/filesystem/sessions/not-before-marks.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import { recordingLog } from "../measuring/recording-log.ts";
import { openTargets } from "./open-targets.ts";
import type { Stores } from "./stored.ts";

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

const filesBelow = async (folder: string): Promise<Map<string, string>> => {
  if (!existsSync(folder)) return new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, "utf8")] as const)));
};

/** All files below a folder: their texts by their paths. */
const storedFiles = async (folder: string): Promise<Map<string, string>> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await filesBelow(folder);
    } catch (error) {
      // A file was removed between the listing and the reading.
      if (!isMissing(error) || attempt === 50) throw error;
    }
  }
};

/** The stores below DATA_DIR. */
export const filesystemStores: Stores = {
  settings: async () => ({}),
  open: (folder, now) => {
    const data = join(folder, "data");
    const openStore = async (name: string) =>
      filesystemResourceStore({ folder: join(data, name), clock: systemClock(), log: recordingLog() });
    return {
      everything: () => storedFiles(data),
      objects: () => storedFiles(join(data, "objects")),
      sessions: async () => {
        const files = [...(await storedFiles(join(data, "sessions")))];
        return new Map(files.filter(([path, text]) => text !== "" && !path.includes("/.drafts/")));
      },
      overwriteSession: (path, record) => writeFile(path, record),
      setNotBefore: async (username, at) => {
        const options = {
          folder: join(data, "marks"),
          clock: { now },
          log: recordingLog(),
          lifetime: 86_400,
        };
        const marks = filesystemNotBeforeMarks(options);
        await marks.mark(username as Username, at);
        await marks.close();
      },
      openObjects: () => openStore("objects"),
      openRecords: async () => ({ store: await openStore("records"), root: "" }),
      openReads: async () =>
        (await openTargets()).filter((target) => target.startsWith(join(data, "objects"))),
      loseSessions: async () => {
        const folders = ["sessions", "session-index", "marks", "locks", "logout-notices"];
        for (const name of folders) {
          for (const path of (await filesBelow(join(data, name))).keys()) await rm(path, { force: true });
        }
      },
      // Expiry is compared with the server's clock, which the test controls.
      passSeconds: async () => undefined,
      close: async () => undefined,
    };
  },
};
