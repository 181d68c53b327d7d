import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sessionCookieName } from "../../../src/adapters/http/middleware/session-cookie.ts";
import { browser } from "../../support/browser/browser.ts";
import { freePort } from "../../support/containers/free-port.ts";
import { setUpContainers } from "../../support/containers/set-up.ts";
import type { StartedMinio } from "../../support/containers/stores/minio.ts";
import { startMinio } from "../../support/containers/stores/minio.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import { startRedis } from "../../support/containers/stores/redis.ts";
import { ask } from "../../support/requests/http.ts";
import { production } from "../../support/server/production-environment.ts";
import { bucketSettings } from "../../support/stores/bucket-settings.ts";
import { providerSettings } from "../../support/stub-provider/provider-settings.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { MeasuredProcess } from "./measured-process.ts";
import { startProcess } from "./measured-process.ts";

/** `node server.js` in production, with Redis by TLS and MinIO, and a person who is logged in. */
export interface GroupsSite {
  readonly folder: string;
  readonly port: number;
  readonly server: MeasuredProcess;
  readonly redis: StartedRedis;
  readonly minio: StartedMinio;
  /** Headers that authenticate the person, and those of the proxy. */
  readonly headers: Readonly<Record<"anonymous" | "bearer" | "cookie", Readonly<Record<string, string>>>>;
  /** Headers with a token of another person, who may write to the group `blab`. */
  headersOf(username: string): Promise<Readonly<Record<string, string>>>;
  /** The key of the person's session in Redis. */
  sessionKey(): Promise<string>;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL("../../../server.js", import.meta.url));

/** Longer than any benchmark, so that none measures a renewal. */
const tokenLifetime = 24 * 3600;

const groups = [
  { name: "blab", isPublic: true },
  { name: "test-private", isPublic: false },
  { name: "lakeside", isPublic: true },
  { name: "other", isPublic: false },
];

const person = {
  sub: "subject-of-alice",
  username: "alice",
  groups: ["blab/owners", "test-private/editors", "other/viewers"],
};

const proxyHeaders = { Host: "groups.example.org", "X-Forwarded-Proto": "https" };

const environmentOf = async (folder: string, port: number, redis: StartedRedis, minio: StartedMinio) => {
  const provider = await stubProvider();
  provider.state.idTokenLifetime = tokenLifetime;
  provider.setPerson(person);
  const groupsFile = join(folder, "groups.json");
  await writeFile(groupsFile, JSON.stringify(groups));
  const environment = {
    ...production,
    PORT: String(port),
    REDIS_REQUIRED: "true",
    REDIS_URL: redis.url,
    ...bucketSettings(minio),
    GROUPS_DATA_FILE: groupsFile,
    DATA_DIR: join(folder, "data"),
    ...providerSettings(provider.issuer, provider.state.options.clients),
  };
  return { environment, provider };
};

/** Starts the server twice, since the first start compiles all code. */
const startWarm = async (folder: string, environment: Readonly<Record<string, string>>) => {
  await mkdir(join(folder, "data"));
  const start = (outputFile: string) =>
    startProcess({
      program,
      environment,
      workingFolder: folder,
      outputFile: join(folder, outputFile),
      ready: '"listening"',
    });
  await (await start("first-start.log")).stop();
  return start("server.log");
};

export const startSite = async (): Promise<GroupsSite> => {
  const tearDown = await setUpContainers(["redis", "minio", "nginx"]);
  const folder = await temporaryFolder();
  const [redis, minio] = await Promise.all([startRedis(), startMinio()]);
  const port = await freePort();
  const { environment, provider } = await environmentOf(folder.path, port, redis, minio);
  const server = await startWarm(folder.path, environment);
  const origin = `http://127.0.0.1:${port}`;
  const visitor = browser({
    provider,
    ask: (question) => ask(origin, { ...question, headers: { ...proxyHeaders, ...question.headers } }),
  });
  const callback = await visitor.logIn();
  if (callback.status !== 302) throw new Error(`The login was answered ${callback.status}: ${callback.text}`);
  const cookie = `${sessionCookieName}=${visitor.cookies.get(sessionCookieName)}`;
  const token = await provider.idToken({ preferred_username: person.username, groups: person.groups });
  return {
    folder: folder.path,
    port,
    server,
    redis,
    minio,
    headers: {
      anonymous: proxyHeaders,
      bearer: { ...proxyHeaders, Authorization: `Bearer ${token}` },
      cookie: { ...proxyHeaders, Cookie: cookie },
    },
    headersOf: async (username) => {
      const claims = { sub: username, preferred_username: username, groups: ["blab/editors"] };
      return { ...proxyHeaders, Authorization: `Bearer ${await provider.idToken(claims)}` };
    },
    sessionKey: async () => (await redis.cli("KEYS", "nextstrain.org-session:*")).trim(),
    close: async () => {
      await server.stop();
      await Promise.all([provider.close(), redis.close(), minio.close()]);
      await tearDown();
      await folder.remove();
    },
  };
};
