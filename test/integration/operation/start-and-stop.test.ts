import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ask } from "../../support/requests/http.ts";
import { logIn, logInCli, visitor } from "../../support/server/embedded-login.ts";
import { redeem } from "../../support/server/embedded-provider.ts";
import type { StartedServer } from "../../support/server/started-server.ts";
import { killServerProcess, startServerProcess } from "../../support/server/started-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let started: StartedServer[];
beforeEach(async () => {
  folder = await temporaryFolder();
  started = [];
});
afterEach(async () => {
  for (const server of started) server.signal("SIGKILL");
  await Promise.all(started.map((server) => server.ended));
  await folder.remove();
});

const start = async (): Promise<StartedServer> => {
  const server = await startServerProcess({ data: join(folder.path, "data"), workingFolder: folder.path });
  started.push(server);
  return server;
};

test("of three first starts on one empty folder all work, with the same data", async () => {
  const servers = await Promise.all([start(), start(), start()]);
  for (const { http, errors } of servers) {
    const who = visitor(() => http);
    await logIn(who, http, "alice");
    expect(await who.whoami()).toMatchObject({ username: "alice" });
    const path = "/charon/getDataset?prefix=/groups/demo-private/lakeside/2024";
    expect((await who.ask({ path })).status).toBe(200);
    const narrative =
      "/charon/getNarrative?prefix=/groups/demo-private/narratives/lakeside/around-the-lake&type=md";
    expect((await who.ask({ path: narrative })).status).toBe(200);
    expect(errors()).toBe("");
  }
  expect(await Promise.all(servers.map((server) => server.stop()))).toEqual([0, 0, 0]);
});

test.each([1, 4, 8, 13, 18, 23])(
  "a first start that is killed when it has written %i files is finished by the next one",
  async (count) => {
    const data = join(folder.path, "data");
    const entries = () => readdir(data, { recursive: true, withFileTypes: true }).catch(() => []);
    const isTime = async () => (await entries()).filter((entry) => entry.isFile()).length >= count;
    await killServerProcess({ data, workingFolder: folder.path }, isTime);
    const { http, errors } = await start();
    const who = visitor(() => http);
    await logIn(who, http, "alice");
    expect(await who.whoami()).toMatchObject({ username: "alice" });
    const prefix = "prefix=/groups/demo-private";
    for (const query of [
      `getDataset?${prefix}/lakeside/2024`,
      `getDataset?${prefix}/lakeside/2024&type=measurements`,
      `getNarrative?${prefix}/narratives/lakeside/around-the-lake&type=md`,
    ]) {
      expect((await who.ask({ path: `/charon/${query}` })).status).toBe(200);
    }
    expect((await who.ask({ path: "/groups/demo-private/settings/logo" })).status).toBe(200);
    expect(errors()).toBe("");
  },
);

test("a SIGTERM lets the upload under way finish, takes no other request, and the exit code is 0", async () => {
  const server = await start();
  const { login, landing } = await logInCli(server.http, "alice");
  const tokens = await redeem(server.http, "nextstrain-cli", login, landing);
  const headers = {
    Authorization: `Bearer ${tokens.body["id_token"]}`,
    "Content-Type": "text/vnd.nextstrain.narrative+markdown",
  };
  const upload = request(`${server.http}/groups/demo-private/narratives/slow`, { method: "PUT", headers });
  const answered = once(upload, "response");
  upload.write("---\ntitle: Slow\ndataset: http://localhost/groups/demo/lakeside/2024\n---\n");
  await pause(300);
  server.signal("SIGTERM");
  await expect
    .poll(
      () =>
        ask(server.http, { path: "/healthz" }).then(
          () => "answered",
          () => "refused",
        ),
      { timeout: 5000 },
    )
    .toBe("refused");
  upload.end("# [Slow](http://localhost/groups/demo/lakeside/2024)\n");
  const [response] = await answered;
  expect(response.statusCode).toBe(204);
  response.resume();
  expect(await server.ended).toBe(0);
  expect(server.output()).toMatch(/stopped/);

  const again = await start();
  const who = visitor(() => again.http);
  await logIn(who, again.http, "alice");
  const path = "/charon/getNarrative?prefix=/groups/demo-private/narratives/slow&type=md";
  expect((await who.ask({ path })).text).toContain("title: Slow");
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "a %s to an idle server ends it at once, with exit code 0",
  async (signal) => {
    const server = await start();
    // A connection that browsers keep open must not hold it up.
    const idle = await fetch(`${server.http}/healthz`);
    await idle.text();
    const before = performance.now();
    server.signal(signal);
    expect(await server.ended).toBe(0);
    expect(performance.now() - before).toBeLessThan(3000);
  },
);

test("a server whose output nobody reads any more goes on, and a SIGTERM ends it with exit code 0", async () => {
  const server = await start();
  server.closeOutputs();
  const who = visitor(() => server.http);
  await logIn(who, server.http, "alice");
  for (let turn = 0; turn < 3; turn += 1) expect(await who.whoami()).toMatchObject({ username: "alice" });
  server.signal("SIGTERM");
  expect(await server.ended).toBe(0);
});
