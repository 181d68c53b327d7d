import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import { systemRandom } from "../../../src/adapters/system/random.ts";
import { compose } from "../../../src/app/compose.ts";
import { readConfiguration } from "../../../src/app/config/configuration.ts";
import { openSecrets } from "../../../src/app/config/secrets.ts";
import { closers as newClosers } from "../../../src/app/runtime/closers.ts";
import { listen, noDrain } from "../../../src/app/runtime/listener.ts";
import type { Clock } from "../../../src/ports/driven/system/clock.ts";
import type { LogEvent } from "../../../src/ports/driven/system/log.ts";
import type { Answer, Question } from "../requests/http.ts";
import { ask } from "../requests/http.ts";
import { filesystemStores } from "../stores/filesystem-stores.ts";
import { productionStores } from "../stores/production-stores.ts";
import type {} from "../stores/set-up-services.ts";
import type { Stored, Stores } from "../stores/stored.ts";
import { providerSettings } from "../stub-provider/provider-settings.ts";
import type { StubProvider } from "../stub-provider/stub-provider.ts";
import { stubProvider } from "../stub-provider/stub-provider.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** The groups of most tests, in the order of the file. */
export const testGroups = [
  { name: "blab", isPublic: true },
  { name: "test-private", isPublic: false },
  { name: "MixedCase", isPublic: true },
  { name: "other", isPublic: false },
];

/** The whole server, composed as in `main`, on a free port and with a stub provider. */
export interface RunningServer {
  readonly origin: string;
  readonly provider: StubProvider;
  /** All events of its log. */
  readonly events: LogEvent[];
  readonly folder: string;
  readonly stored: Stored;
  /** The settings with which `node server.js` would start the same server. */
  readonly environment: Readonly<Record<string, string>>;
  ask(question: Question): Promise<Answer>;
  /** An Authorization header's value like the CLI's, for a user with these role groups. */
  bearer(username: string, ...roleGroups: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export interface RunningServerOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** A data folder that is shared with another server, and not removed at the end. */
  readonly folder?: string;
  /** Otherwise one of its own, with the same clock. */
  readonly provider?: StubProvider;
  /** Whether to use the embedded provider with its demo accounts: only the folder is configured. */
  readonly embedded?: boolean;
  /** Default: a free port. */
  readonly port?: number;
}

/** The same tests run with both kinds of stores, see vitest.config.ts. */
const chooseStores = (): Stores => {
  const services = inject("services");
  if (!services) return filesystemStores;
  process.env["AWS_ACCESS_KEY_ID"] = services.minio.credentials.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = services.minio.credentials.secretAccessKey;
  return productionStores(services);
};
const stores = chooseStores();

const codebase = fileURLToPath(new URL("../../../", import.meta.url));

export const startServer = async (options: RunningServerOptions = {}): Promise<RunningServer> => {
  const temporary = options.folder === undefined ? await temporaryFolder() : undefined;
  const folder = options.folder ?? temporary?.path ?? "";
  const provider = options.provider ?? (await stubProvider(options.clock && { now: options.clock.now }));
  const basic = options.embedded
    ? { DATA_DIR: join(folder, "data") }
    : { ...(await basicEnvironment(folder, provider)), ...(await stores.settings(folder)) };
  const environment = { ...basic, ...options.environment };
  const configuration = await readConfiguration({ environment, codebase, workingFolder: folder });
  const events: LogEvent[] = [];
  const log = { write: (event: LogEvent) => void events.push(event) };
  const closers = newClosers();
  const listener = await listen({ host: "127.0.0.1", port: options.port ?? 0, tls: false });
  const origin = `http://127.0.0.1:${listener.port}`;
  const secrets = await openSecrets(configuration);
  const clock = options.clock ?? systemClock();
  const parts = { configuration, secrets, clock, random: systemRandom(), log, closers };
  listener.answerWith(await compose(parts, [origin]));
  const stored = (options.embedded ? filesystemStores : stores).open(folder, clock.now);
  return {
    origin,
    provider,
    stored,
    events,
    folder,
    environment,
    ask: (question) => ask(origin, question),
    bearer: async (username, ...roleGroups) =>
      `Bearer ${await provider.idToken({ sub: username, preferred_username: username, groups: roleGroups })}`,
    close: async () => {
      await listener.close(noDrain);
      await closers.closeAll();
      await stored.close();
      if (options.provider === undefined) await provider.close();
      await temporary?.remove();
    },
  };
};

/** Settings with the groups of most tests and a provider; all others have their defaults of development. */
export const basicEnvironment = async (folder: string, provider: StubProvider) => {
  const groupsFile = join(folder, "groups.json");
  await mkdir(folder, { recursive: true });
  await writeFile(groupsFile, JSON.stringify(testGroups));
  return {
    DATA_DIR: join(folder, "data"),
    GROUPS_DATA_FILE: groupsFile,
    ...providerSettings(provider.issuer, provider.state.options.clients),
  };
};
