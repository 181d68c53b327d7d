import { cp, mkdir, readdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Question } from "../../support/requests/http.ts";
import { ask } from "../../support/requests/http.ts";
import { v1Pair } from "../../support/resources/small-dataset.ts";
import { narrative, narrativeContent, putObjects } from "../../support/resources/stored-objects.ts";
import type { Visitor } from "../../support/server/embedded-login.ts";
import { logIn, visitor } from "../../support/server/embedded-login.ts";
import type { StartedServer } from "../../support/server/started-server.ts";
import { startServerProcess } from "../../support/server/started-server.ts";
import { filesystemStores } from "../../support/stores/filesystem-stores.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const projectRoot = fileURLToPath(new URL("../../../", import.meta.url));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let modules: string;
let server: StartedServer;
let alice: Visitor;

/** The program in a folder of its own, whose packages are links that can be taken away. */
const copyProgram = async (program: string): Promise<void> => {
  for (const part of ["server.js", "package.json", "env", "src"]) {
    await cp(join(projectRoot, part), join(program, part), { recursive: true });
  }
  await mkdir(modules);
  const packages = join(projectRoot, "node_modules");
  for (const name of await readdir(packages)) await symlink(join(packages, name), join(modules, name));
};

beforeAll(async () => {
  folder = await temporaryFolder();
  const program = join(folder.path, "program");
  modules = join(program, "node_modules");
  await copyProgram(program);
  server = await startServerProcess({
    data: join(folder.path, "data"),
    workingFolder: folder.path,
    program: join(program, "server.js"),
  });
  const stored = filesystemStores.open(folder.path, Date.now);
  await putObjects({ stored }, v1Pair("demo", "old_flu"));
  await stored.close();
  alice = visitor(() => server.http);
  await logIn(alice, server.http, "alice");
});
afterAll(async () => {
  await server.stop();
  await folder.remove();
});

const takeAway = (name: string) => rename(join(modules, name), join(folder.path, "taken"));
const bringBack = (name: string) => rename(join(folder.path, "taken"), join(modules, name));

const groupPage: Question = { path: "/groups/demo", headers: { Accept: "text/html" } };

test("an overview is plain text while what makes a page of it is not there, and a page afterwards", async () => {
  await takeAway("marked");
  const without = await ask(server.http, groupPage);
  await bringBack("marked");
  expect(without.status).toBe(200);
  expect(server.output() + server.errors()).toContain("marked");
  const again = await ask(server.http, groupPage);
  expect([again.status, again.text === without.text]).toEqual([200, false]);
});

const upload = (title: string): Question => ({
  method: "PUT",
  path: "/groups/demo/narratives/while-upgrading",
  headers: { "Content-Type": narrative, Origin: server.http },
  body: narrativeContent(title),
});
const reading = (): Question => ({ path: "/charon/getDataset?prefix=/groups/demo/old/flu" });

/** A thread that has worked at the start has all it needs until it ends, which it does after 15 s without work. */
const threadRestMs = 16_000;

test.each([
  ["an upload of a narrative", "js-yaml", upload, 204, threadRestMs],
  ["an old dataset", ".cache", reading, 200, 0],
] as const)(
  "%s is an outage while what it needs is not there, and works afterwards",
  { timeout: 60_000 },
  async (_, name, question, status, restMs) => {
    await pause(restMs);
    await takeAway(name);
    const without = await alice.ask(question("meanwhile"));
    await bringBack(name);
    expect([without.status, without.headers["retry-after"]]).toEqual([503, "5"]);
    expect(without.text).toContain("it may be being upgraded");
    expect((await alice.ask(question("afterwards"))).status).toBe(status);
  },
);
