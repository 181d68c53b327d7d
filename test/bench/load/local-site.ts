import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Answer, Question } from "../../support/requests/http.ts";
import { ask } from "../../support/requests/http.ts";
import type { PlainObject } from "../../support/resources/stored-objects.ts";
import { putObjects } from "../../support/resources/stored-objects.ts";
import { freePorts } from "../../support/server/started-server.ts";
import { filesystemStores } from "../../support/stores/filesystem-stores.ts";
import { providerSettings } from "../../support/stub-provider/provider-settings.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { MeasuredProcess } from "./measured-process.ts";
import { startProcess } from "./measured-process.ts";

/** `node server.js` on stores on disk, which tells for how long it has worked and answered nobody. */
export interface LocalSite {
  readonly server: MeasuredProcess;
  /** Of somebody who owns the group `blab`. */
  readonly owner: Readonly<Record<string, string>>;
  ask(question: Question): Promise<Answer>;
  /** Puts objects into the store past the server. */
  put(objects: Readonly<Record<string, PlainObject>>): Promise<void>;
  /** For how many milliseconds the event loop was blocked at most since the last call. */
  maxEventLoopDelay(): Promise<number>;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL("../../../server.js", import.meta.url));
const probe = new URL("./delay-probe.ts", import.meta.url).href;

/** 100 MB are looked into, and compressed, before the answer begins. */
const timeoutMs = 300_000;

const person = { preferred_username: "olga", groups: ["blab/owners"] };

export const startLocalSite = async (): Promise<LocalSite> => {
  const folder = await temporaryFolder();
  const provider = await stubProvider();
  provider.state.idTokenLifetime = 24 * 3600;
  const [port = 0, delayPort = 0] = await freePorts(2);
  const groupsFile = join(folder.path, "groups.json");
  await writeFile(groupsFile, JSON.stringify([{ name: "blab", isPublic: true }]));
  await mkdir(join(folder.path, "data"));
  const server = await startProcess({
    program,
    nodeOptions: ["--import", probe],
    environment: {
      BENCH_DELAY_PORT: String(delayPort),
      PORT: String(port),
      DATA_DIR: join(folder.path, "data"),
      GROUPS_DATA_FILE: groupsFile,
      ...providerSettings(provider.issuer, provider.state.options.clients),
    },
    workingFolder: folder.path,
    outputFile: join(folder.path, "server.log"),
    ready: "localhost",
  });
  const origin = `http://127.0.0.1:${port}`;
  const stored = filesystemStores.open(folder.path, () => Date.now() / 1000);
  const maxEventLoopDelay = async () =>
    Number((await ask(`http://127.0.0.1:${delayPort}`, { path: "/" })).text);
  return {
    server,
    owner: { Authorization: `Bearer ${await provider.idToken({ sub: "olga", ...person })}` },
    ask: (question) => ask(origin, { timeout: timeoutMs, ...question }),
    put: (objects) => putObjects({ stored }, objects),
    maxEventLoopDelay,
    close: async () => {
      await server.stop();
      await stored.close();
      await provider.close();
      await folder.remove();
    },
  };
};
