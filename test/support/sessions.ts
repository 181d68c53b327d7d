import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "./browser.ts";
import type { RunningServer } from "./running-server.ts";

export const sessionCookie = "nextstrain.org-session";

/** The login form's answer to a browser that has been sent to the provider, by whoever the provider was last told. */
export const comeBack = async (server: RunningServer, visitor: Browser, authorizationUrl = "") =>
  visitor.ask(`/logged-in${await server.provider.logIn(authorizationUrl)}`);

/** Who the server says this is; null for nobody. */
export const username = async (visitor: Browser): Promise<string | null> => {
  const answer = await visitor.ask({ path: "/whoami", headers: { Accept: "application/json" } });
  if (answer.status !== 200) throw new Error(`/whoami answered ${answer.status}`);
  return (answer.json() as { user: { username: string } | null }).user?.username ?? null;
};

/** The id inside a session cookie. */
export const sessionId = (visitor: Browser): string =>
  /^s:(.{32})\./.exec(decodeURIComponent(visitor.cookies.get(sessionCookie) ?? ""))?.[1] ?? "";

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** Every file below a part of the data folder, with its text, by its path. */
export const storedFiles = async (server: RunningServer, part: string): Promise<Map<string, string>> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await filesBelow(join(server.folder, "data", part));
    } catch (error) {
      // Something was written or removed between listing and reading.
      if (!isMissing(error) || attempt === 50) throw error;
    }
  }
};

const filesBelow = async (folder: string): Promise<Map<string, string>> => {
  if (!existsSync(folder)) return new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, "utf8")] as const)));
};

/** The stored records of all sessions, by their files; not those that are being written or removed. */
export const sessionRecords = async (server: RunningServer) =>
  new Map(
    [...(await storedFiles(server, "sessions"))].filter(
      ([path, text]) => text !== "" && !path.includes("/.drafts/"),
    ),
  );
