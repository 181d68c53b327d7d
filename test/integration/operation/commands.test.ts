import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../../support/browser/browser.ts";
import { browser } from "../../support/browser/browser.ts";
import { run } from "../../support/containers/command.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import { startRedis } from "../../support/containers/stores/redis.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { testServer } from "../../support/server/test-server.ts";
import { username } from "../../support/sessions/sessions.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const program = fileURLToPath(new URL("../../../server.js", import.meta.url));
const key = (letter: string) => Buffer.alloc(32, letter).toString("base64url");

/** Runs a command of the program beside the running server, with the same configuration. */
const command = (server: RunningServer, ...args: string[]): Promise<string> =>
  run(process.execPath, [program, ...args], { seconds: 30, env: server.environment });

const logIn = async (server: RunningServer, name: string): Promise<Browser> => {
  server.provider.setPerson({ sub: name, username: name, groups: [] });
  const visitor = browser(server);
  await visitor.logIn();
  expect(await username(visitor)).toBe(name);
  return visitor;
};

const through = (server: RunningServer, visitor: Browser): Browser => {
  const same = browser(server);
  for (const [name, value] of visitor.cookies) same.cookies.set(name, value);
  return same;
};

describe.each([
  ["the filesystem", undefined],
  ["Redis", "today"],
  ["a Redis of 6.0", "6.0"],
] as const)("with sessions in %s", (_, features) => {
  let redis: StartedRedis | undefined;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let provider: Awaited<ReturnType<typeof stubProvider>>;
  const running: RunningServer[] = [];
  beforeAll(async () => {
    if (features !== undefined) redis = await startRedis({ features });
    [folder, provider] = await Promise.all([temporaryFolder(), stubProvider()]);
  });
  afterAll(async () => {
    for (const server of running) await server.close();
    await redis?.close();
    await provider.close();
    await folder.remove();
  });

  const start = async (encryptionKeys: string): Promise<RunningServer> => {
    const environment = {
      SESSION_ENCRYPTION_KEYS: encryptionKeys,
      ...(redis ? { REDIS_URL: redis.url } : {}),
    };
    const server = await startServer({ environment, folder: folder.path, provider });
    running.push(server);
    return server;
  };

  it("end-sessions ends those of one person, on every device, while the server runs", async () => {
    const server = await start(`2024=${key("a")}`);
    const [desk, phone] = [await logIn(server, "alice"), await logIn(server, "alice")];
    const other = await logIn(server, "bob");
    expect(await command(server, "end-sessions", "alice")).toBe('Ended 2 sessions of "alice".\n');
    expect(await username(desk)).toBeNull();
    expect(await username(phone)).toBeNull();
    expect(await username(other)).toBe("bob");
    await expect(command(server, "end-sessions", "alice")).rejects.toThrow(
      /failed \(3\).*"alice" has no session here/s,
    );
    expect(server.provider.state.grants.countValid("alice")).toBe(0);
    expect(server.provider.state.grants.countValid("bob")).toBe(1);
    server.provider.injectFault("revocation-500");
    expect(await command(server, "end-sessions", "bob")).toBe('Ended 1 session of "bob".\n');
    server.provider.clearFaults();
    expect(await username(other)).toBeNull();
    expect(server.provider.state.grants.countValid("bob")).toBe(1);
  });

  it("key-report tells when nobody needs an old key any more, and shows no key", async () => {
    const [idle, busy] = await (async (server) => [await logIn(server, "alice"), await logIn(server, "bob")])(
      await start(`2024=${key("a")}`),
    );
    const rotating = await start(`2025=${key("b")}&2024=${key("a")}`);
    await logIn(rotating, "carol");
    expect(await command(rotating, "key-report")).toBe(
      ["Sessions  Key", '       1  "2025"  seals', '       2  "2024"  is still needed', ""].join("\n"),
    );
    expect(await username(through(rotating, busy))).toBe("bob");
    expect(await command(rotating, "key-report")).toContain('       1  "2024"  is still needed');
    expect(await username(through(rotating, idle))).toBe("alice");
    expect(await command(rotating, "key-report")).toBe(
      ["Sessions  Key", '       3  "2025"  seals', '       0  "2024"  may be dropped', ""].join("\n"),
    );
    expect(await command(await start(`2026=${key("c")}`), "key-report")).toBe(
      [
        "Sessions  Key",
        '       0  "2026"  seals',
        '       3  "2025"  is not configured: these people have to log in again',
        "",
      ].join("\n"),
    );
  });
});

describe("a command's settings", () => {
  const server = testServer();

  /** In a shell that knows nothing of the server. */
  const elsewhere = (...args: string[]) => {
    const names = Object.keys(server.environment).map((name) => [name, ""]);
    return run(process.execPath, [program, ...args], { seconds: 30, env: Object.fromEntries(names) });
  };

  const envFile = async (name: string, values: Readonly<Record<string, string>>): Promise<string> => {
    const path = join(server.folder, name);
    const lines = Object.entries(values).map(([variable, value]) => `${variable}=${value}`);
    await writeFile(path, `# as systemd reads it\n${lines.join("\n")}\n`);
    return path;
  };

  it("are the server's, from files as its unit names them, whatever the shell has", async () => {
    const { DATA_DIR = "", ...others } = server.environment;
    const [first, second] = [
      await envFile("environment", { ...others, DATA_DIR: "/nowhere" }),
      await envFile("secrets", { DATA_DIR }),
    ];
    for (const files of [
      ["--env-file", first, "--env-file", second],
      [`--env-file=${first}`, `--env-file=${second}`],
    ]) {
      const visitor = await logIn(server, "dora");
      expect(await elsewhere("end-sessions", "dora", ...files)).toBe('Ended 1 session of "dora".\n');
      expect(await username(visitor)).toBeNull();
    }
  });

  it("are refused by Node itself, before the program begins, when a file is not there", async () => {
    const missing = join(server.folder, "missing.env");
    await expect(elsewhere("end-sessions", "dora", "--env-file", missing)).rejects.toThrow(
      /failed \(9\).*missing\.env: not found/s,
    );
  });

  it("are refused where no server has ever run, and not taken for a place without sessions", async () => {
    const file = await envFile("unused.env", { DATA_DIR: join(server.folder, "unused") });
    await expect(elsewhere("end-sessions", "dora", "--env-file", file)).rejects.toThrow(
      /failed \(1\).*No server has run with these settings \(development mode\)/s,
    );
  });
});

describe("without Redis, though it is configured", () => {
  let redis: StartedRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  it("end-sessions says so in a sentence, without the password", async () => {
    const server = await startServer({ environment: { REDIS_URL: redis.url } });
    await redis.stop();
    const error = await command(server, "end-sessions", "alice").catch((cause: unknown) => cause);
    await redis.start();
    await server.close();
    expect(String(error)).toMatch(/REDIS_URL: Redis cannot be used/);
    expect(String(error)).not.toContain(redis.password);
    expect(String(error)).not.toContain("    at ");
  });
});
