import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../../support/browser/browser.ts";
import { browser } from "../../support/browser/browser.ts";
import { freePort } from "../../support/containers/free-port.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import { cliArguments, startRedis } from "../../support/containers/stores/redis.ts";
import type { ManualClock } from "../../support/measuring/manual-clock.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import type { Outage } from "../../support/requests/outage.ts";
import {
  during,
  expectPublicServed,
  expectUnavailable,
  isServed,
  logIn,
  privateData,
  privatePage,
  putData,
  read,
  redisSettings,
  secondsUntil,
  whoami,
} from "../../support/requests/outage.ts";
import { mainDataset, mainType, put } from "../../support/resources/resources.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { sessionCookie } from "../../support/sessions/sessions.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const key = (letter: string) => Buffer.alloc(32, letter).toString("base64url");

let redis: StartedRedis;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let clock: ManualClock;
let provider: Awaited<ReturnType<typeof stubProvider>>;
let server: RunningServer;
let alice: Browser;

const start = async (encryptionKeys: string): Promise<RunningServer> =>
  startServer({
    clock,
    provider,
    folder: folder.path,
    environment: {
      ...(await redisSettings(folder.path, redis)),
      SESSION_ENCRYPTION_KEYS: encryptionKeys,
    },
  });

beforeAll(async () => {
  clock = manualClock(Math.floor(Date.now() / 1000));
  [redis, folder, provider] = await Promise.all([
    // Slow to load, so that a restart is long in LOADING.
    startRedis({ settings: ["key-load-delay 4000", "loading-process-events-interval-bytes 1024"] }),
    temporaryFolder(),
    stubProvider({ now: clock.now }),
  ]);
  provider.injectFault("rotating-refresh-tokens");
  server = await start(`first=${key("a")}`);
  await putData(server);
  alice = await logIn(server, "alice");
});
afterAll(async () => {
  await server.close();
  await provider.close();
  await redis.close();
  await folder.remove();
});

/** Public things as ever, 503 for what needs to know who asks, and nobody logged out. */
const expectDegraded = async (): Promise<void> => {
  await expectUnavailable(alice, 1, () => read(alice, privateData));
  await expectUnavailable(alice, 1, () => alice.ask(privatePage));
  await expectUnavailable(alice, 1, () => whoami(alice));
  await expectPublicServed(server, alice);
  const stranger = `stranger ${randomBytes(4).toString("hex")}`;
  const headers = { Accept: mainType, Authorization: await server.bearer(stranger, "test-private/viewers") };
  await expectUnavailable(alice, 1, () => server.ask({ path: privateData, headers }));
  expect((await server.ask({ path: "/healthz" })).status).toBe(200);
  const ready = await server.ask({ path: "/readyz" });
  expect([ready.status, ready.text]).toEqual([503, expect.stringContaining("session store")]);
};

const expectRecovery = async (): Promise<void> => {
  expect(await secondsUntil(() => isServed(alice))).toBeLessThan(2);
  await logIn(server, "bob");
};

const withPassword = (password: string, ...args: string[]): Promise<string> =>
  redis.exec([...cliArguments(redis.port, password), ...args]);

describe("while Redis", () => {
  const outages: Readonly<Record<string, Outage>> = {
    "is stopped": { inject: () => redis.stop(), recover: () => redis.start() },
    "hangs with its connections open": { inject: () => redis.pause(), recover: () => redis.unpause() },
    "was given another password": {
      inject: async () => {
        await redis.cli("CONFIG", "SET", "requirepass", "another");
        await withPassword("another", "CLIENT", "KILL", "TYPE", "normal");
      },
      recover: async () => {
        await withPassword("another", "CONFIG", "SET", "requirepass", redis.password);
      },
    },
  };

  it.each(Object.entries(outages))(
    "%s, public things are served, private ones are 503, nobody is logged out",
    async (_, outage) => {
      await expectRecovery();
      await during(outage, async () => {
        await expectDegraded();
        await expectDegraded();
      });
      await expectRecovery();
    },
  );

  it("loads its data after a restart, it is the same", async () => {
    await redis.exec(["sh", "-c", fill(redis)]);
    await redis.stop();
    await redis.start();
    const isLoading = async () => (await redis.cli("INFO", "persistence")).includes("loading:1");
    expect(await isLoading()).toBe(true);
    await expectUnavailable(alice, 1, () => read(alice, privateData));
    await expectPublicServed(server, alice);
    expect(await isLoading()).toBe(true);
    await secondsUntil(async () => !(await isLoading()), 60);
    await expectRecovery();
  });

  it("hangs, an expired token is not renewed, and is when Redis is back", async () => {
    clock.pass(301);
    await during({ inject: redis.pause, recover: redis.unpause }, () =>
      expectUnavailable(alice, 1, () => read(alice, privateData)),
    );
    await expectRecovery();
  });
});

const fill = ({ port }: StartedRedis): string => {
  const cli = cliArguments(port).join(" ");
  return `i=0; while [ $i -lt 1200 ]; do echo "SET filler:$i ${"x".repeat(1000)} EX 600"; i=$((i+1)); done | ${cli} >/dev/null`;
};

describe("while Redis only lets itself be read", () => {
  const limits: Readonly<Record<string, Outage>> = {
    "since it is a replica": {
      inject: async () => void (await redis.cli("REPLICAOF", "127.0.0.1", String(await freePort()))),
      recover: async () => void (await redis.cli("REPLICAOF", "NO", "ONE")),
    },
    "since its memory is full": {
      inject: async () => {
        await redis.cli("CONFIG", "SET", "maxmemory-policy", "noeviction");
        await redis.cli("CONFIG", "SET", "maxmemory", "100kb");
      },
      recover: async () => {
        await redis.cli("CONFIG", "SET", "maxmemory", "0");
        await redis.cli("CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
      },
    },
  };

  describe.each(Object.entries(limits))("%s", (_, outage) => {
    it("reading goes on; logins and renewals are 503, and nobody is logged out", async () => {
      await expectRecovery();
      const early = await logIn(server, "early");
      clock.pass(200);
      const late = await logIn(server, "late");
      await during(outage, async () => {
        for (let n = 0; n < 3; n++) expect(await isServed(late)).toBe(true);
        expect((await put(server, "/groups/blab/another", mainType, mainDataset)).status).toBeLessThan(300);
        const login = browser(server);
        await expectUnavailable(login, 1, () => login.logIn());
        clock.pass(101);
        await expectUnavailable(early, 1, () => read(early, privateData));
        expect(await isServed(late)).toBe(true);
      });
      // A renewal that failed is tried again after two seconds.
      clock.pass(2);
      expect(await secondsUntil(() => isServed(early))).toBeLessThan(2);
      expect(await isServed(late)).toBe(true);
    });

    it("a session under an old key is served, and sealed anew later; one under a dropped key is logged out", async () => {
      await expectRecovery();
      const carol = await logIn(server, "carol");
      const rotating = await start(`second=${key("b")}&first=${key("a")}`);
      const dropped = await start(`third=${key("c")}`);
      const through = (other: RunningServer): Browser => {
        const same = browser(other);
        same.cookies.set(sessionCookie, carol.cookies.get(sessionCookie) ?? "");
        return same;
      };
      await during(outage, async () => {
        expect(await isServed(through(rotating))).toBe(true);
        expect((await whoami(through(dropped))).json()).toMatchObject({ user: null });
        expect((await read(through(dropped), privateData)).status).toBe(401);
      });
      expect(await secondsUntil(() => isServed(through(rotating)))).toBeLessThan(2);
      await Promise.all([rotating.close(), dropped.close()]);
    });
  });
});

it("told the log of outages, and no password", () => {
  const told = JSON.stringify(server.events, (_, value) =>
    value instanceof Error ? String(value.stack) : value,
  );
  expect(told).toContain("connection to rediss://127.0.0.1");
  expect(told).not.toContain(redis.password);
});
