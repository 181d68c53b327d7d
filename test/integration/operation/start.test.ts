import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../../support/requests/http.ts";
import { logIn, logInCli, visitor } from "../../support/server/embedded-login.ts";
import { redeem, refresh } from "../../support/server/embedded-provider.ts";
import type { StartedServer } from "../../support/server/started-server.ts";
import { freePorts, startServerProcess } from "../../support/server/started-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let workingFolder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: StartedServer;
let ports: { PORT: string; HTTPS_PORT: string };

const start = () =>
  startServerProcess({
    data: join(folder.path, "data"),
    workingFolder: workingFolder.path,
    environment: ports,
  });

beforeAll(async () => {
  [folder, workingFolder] = await Promise.all([temporaryFolder(), temporaryFolder()]);
  const [http, https] = await freePorts(2);
  ports = { PORT: String(http), HTTPS_PORT: String(https) };
  server = await start();
});
afterAll(async () => {
  await server?.stop();
  await Promise.all([folder, workingFolder].map((one) => one.remove()));
});

/** With nobody trusted but the certificate authority in the data folder. */
const askSecurely = async (path: string): Promise<{ status: number | undefined; body: string }> => {
  const ca = await readFile(join(server.data, "ca", "ca.pem"));
  return new Promise((resolve, reject) => {
    get(server.https + path, { ca, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    }).on("error", reject);
  });
};

describe("a start with no configuration at all", () => {
  test("tells the addresses, the accounts, the folder and the two lines for the command line", () => {
    const output = server.output();
    const caPath = join(server.data, "ca", "ca.pem");
    expect(server.http).toBe(`http://localhost:${ports.PORT}`);
    expect(server.https).toBe(`https://localhost:${ports.HTTPS_PORT}`);
    expect(output).toMatch(/alice, bob, carol.* demo$/m);
    expect(output).toContain(`Data    ${server.data}\n`);
    expect(output).toContain(`export REQUESTS_CA_BUNDLE='${caPath}' SSL_CERT_FILE='${caPath}'\n`);
    expect(output).toContain(`nextstrain login ${server.https}\n`);
    expect(server.errors()).toBe("");
  });

  test.each(["/healthz", "/readyz"])(
    "answers %s by http and, for who trusts its authority, by https",
    async (path) => {
      expect((await ask(server.http, { path })).status).toBe(200);
      expect((await askSecurely(path)).status).toBe(200);
    },
  );

  test("names https endpoints to who comes by https, http ones to who comes by http, and one issuer", async () => {
    const path = "/.well-known/openid-configuration";
    const byHttp = (await ask(server.http, { path })).json() as Record<string, string>;
    const byHttps = JSON.parse((await askSecurely(path)).body) as Record<string, string>;
    for (const name of ["authorization_endpoint", "token_endpoint", "jwks_uri"]) {
      expect(byHttp[name]).toMatch(new RegExp(`^${server.http}/idp/`));
      expect(byHttps[name]).toMatch(new RegExp(`^${server.https}/idp/`));
    }
    expect(byHttps["issuer"]).toBe(byHttp["issuer"]);
    expect(byHttps["nextstrain_cli_client_configuration"]).toEqual(
      byHttp["nextstrain_cli_client_configuration"],
    );
  });

  test("writes below its data folder only, for nobody else to read", async () => {
    expect(await readdir(workingFolder.path)).toEqual([]);
    expect(await readdir(folder.path)).toEqual(["data"]);
    const paths = await readdir(server.data, { recursive: true, withFileTypes: true });
    expect(paths.length).toBeGreaterThan(30);
    const modes = await Promise.all(
      paths.map(async (entry) => {
        const { mode } = await stat(join(entry.parentPath, entry.name));
        return [join(entry.parentPath, entry.name), (mode & 0o777).toString(8), entry.isDirectory()] as const;
      }),
    );
    expect(modes.filter(([, mode, isFolder]) => mode !== (isFolder ? "700" : "600"))).toEqual([]);
    expect((await stat(server.data)).mode & 0o777).toBe(0o700);
  });

  test("logs what was asked for, without the secrets in queries", async () => {
    await logIn(
      visitor(() => server.http),
      server.http,
      "bob",
    );
    await expect.poll(() => server.output()).toContain(" GET /logged-in ");
    expect(server.output()).toMatch(/ POST \/idp\/interaction\/[\w-]+ /);
    expect(server.output()).toMatch(/sign-in · done · bob/);
    expect(server.output()).not.toMatch(/code=|state=|eyJ/);
  });

  test("keeps nobody's password as it was typed", async () => {
    const accounts = await readFile(join(server.data, "idp", "accounts.json"), "utf8");
    expect(accounts).toContain('"alice"');
    expect(accounts).not.toContain('"demo"');
  });

  test.each(["demo", "demo-private"])(
    "puts a simulated outbreak into %s, which says what it is",
    async (group) => {
      const who = visitor(() => server.http);
      await logIn(who, server.http, "alice");
      const path = `/charon/getDataset?prefix=/groups/${group}/lakeside/2024`;
      const main = (await who.ask({ path })).json() as { meta: { title: string; panels: string[] } };
      expect(main.meta.title).toMatch(/simulated/i);
      expect(main.meta.panels).toEqual(
        expect.arrayContaining(["tree", "map", "frequencies", "measurements"]),
      );
      for (const type of ["root-sequence", "tip-frequencies", "measurements"]) {
        expect((await who.ask({ path: `${path}&type=${type}` })).status).toBe(200);
      }
      const narrative = `/charon/getNarrative?prefix=/groups/${group}/narratives/lakeside/around-the-lake&type=md`;
      expect((await who.ask({ path: narrative })).text).toMatch(/^---\n/);
    },
  );
});

describe("a restart", () => {
  const who = visitor(() => server.http);
  const dataset = "/groups/demo/lakeside/2024";
  const overview = "/groups/demo-private/settings/overview";
  const changed = "---\ntitle: Changed by its owner\n---\nHello.\n";
  let refreshToken = "";
  let keysBefore: string[] = [];

  const kept = ["keys", "idp", "ca"];
  const digests = async (): Promise<string[]> => {
    const files = await Promise.all(
      kept.map((name) => readdir(join(server.data, name), { withFileTypes: true })),
    );
    const paths = files.flat().flatMap((one) => (one.isFile() ? [join(one.parentPath, one.name)] : []));
    return Promise.all(
      paths.sort().map(
        async (path) =>
          `${path} ${createHash("sha256")
            .update(await readFile(path))
            .digest("hex")}`,
      ),
    );
  };

  beforeAll(async () => {
    await logIn(who, server.http, "alice");
    const { login, landing } = await logInCli(server.http, "alice");
    const tokens = await redeem(server.http, "nextstrain-cli", login, landing);
    refreshToken = tokens.body["refresh_token"] ?? "";
    const accept = { Accept: "application/json" };
    expect((await who.ask({ method: "DELETE", path: dataset, headers: accept })).status).toBe(204);
    const headers = { "Content-Type": "text/markdown", ...accept };
    expect((await who.ask({ method: "PUT", path: overview, headers, body: changed })).status).toBe(204);
    keysBefore = await digests();
    expect(await server.stop()).toBe(0);
    server = await start();
  });

  test("keeps who is logged in", async () => {
    expect(await who.whoami()).toMatchObject({ username: "alice" });
  });

  test("keeps what the command line was granted", async () => {
    expect(refreshToken).not.toBe("");
    const refreshed = await refresh(server.http, "nextstrain-cli", refreshToken);
    expect([refreshed.status, typeof refreshed.body["id_token"]]).toEqual([200, "string"]);
  });

  test("keeps keys, accounts and certificates", async () => {
    expect(keysBefore.length).toBeGreaterThanOrEqual(8);
    expect(await digests()).toEqual(keysBefore);
  });

  test("does not bring back sample data that somebody deleted", async () => {
    expect((await who.ask({ path: `/charon/getDataset?prefix=${dataset}` })).status).toBe(404);
  });

  test("does not write over sample data that somebody changed", async () => {
    expect((await who.ask({ path: overview, headers: { Accept: "text/markdown" } })).text).toBe(changed);
  });
});
