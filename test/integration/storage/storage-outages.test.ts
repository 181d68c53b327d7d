import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Browser } from "../../support/browser/browser.ts";
import { browser } from "../../support/browser/browser.ts";
import type { StartedMinio } from "../../support/containers/stores/minio.ts";
import { startMinio } from "../../support/containers/stores/minio.ts";
import type { Outage } from "../../support/requests/outage.ts";
import {
  during,
  expectUnavailable,
  isServed,
  logIn,
  privateData,
  privatePage,
  publicData,
  putData,
  read,
  secondsUntil,
  timed,
  whoami,
} from "../../support/requests/outage.ts";
import { mainDataset, mainType, put } from "../../support/resources/resources.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { bucketSettings } from "../../support/stores/bucket-settings.ts";

let minio: StartedMinio;
let server: RunningServer;
let alice: Browser;

beforeAll(async () => {
  minio = await startMinio();
  vi.stubEnv("AWS_ACCESS_KEY_ID", minio.credentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", minio.credentials.secretAccessKey);
  server = await startServer({ environment: bucketSettings(minio) });
  await putData(server);
  alice = await logIn(server, "alice");
});
afterAll(async () => {
  await server.close();
  await minio.close();
  vi.unstubAllEnvs();
});

const outages: Readonly<Record<string, Outage>> = {
  "is stopped": { inject: () => minio.stop(), recover: () => minio.start() },
  "hangs with its connections open": { inject: () => minio.pause(), recover: () => minio.unpause() },
};

it("is told at its start what the object store does with conditions", async () => {
  const said = () => server.events.filter(({ event }) => event === "store-probe");
  await expect.poll(said, { timeout: 20_000 }).toEqual([
    {
      event: "store-probe",
      heeds: ["put If-None-Match", "put If-Match", "complete If-None-Match", "complete If-Match"],
      ignores: ["delete If-Match"],
    },
  ]);
  const statusOf = async (group: string) => (await alice.ask(`/groups/${group}/probe`)).status;
  expect(await statusOf(".groups-server")).toBe(await statusOf("there-is-none"));
});

/** Well below what waiting for the store takes, and enough for a busy machine. */
const promptly = 2.5;

describe.each(Object.entries(outages))("while the object store %s", (_, outage) => {
  afterEach(async () => {
    expect(await secondsUntil(() => isServed(alice))).toBeLessThan(3);
  });

  it("what needs it is 503 within five seconds, reading and writing", async () => {
    await during(outage, async () => {
      const asks = [
        () => read(alice, publicData),
        () => read(browser(server), publicData),
        () => read(alice, privateData),
        () => alice.ask(privatePage),
        () => put(server, "/groups/blab/another", mainType, mainDataset),
      ];
      await Promise.all(asks.map((work) => expectUnavailable(alice, 5, work)));
      const ready = await server.ask({ path: "/readyz" });
      expect([ready.status, ready.text]).toEqual([503, expect.stringContaining("resource store")]);
    });
    expect(await secondsUntil(() => isServed(alice))).toBeLessThan(3);
    // A store that hangs may have had the upload already, and take it when it goes on: all of it or nothing.
    const later = await read(alice, "/groups/blab/another");
    if (later.status !== 404) expect([later.status, later.text]).toEqual([200, mainDataset]);
  });

  it("everything else goes on, promptly, however many wait for the store", async () => {
    await during(outage, async () => {
      const waiting = Promise.all(
        Array.from({ length: 100 }, () => expectUnavailable(alice, 5, () => read(alice, publicData))),
      );
      for (let n = 0; n < 5; n++) {
        for (const work of [
          () => whoami(alice),
          () => server.ask({ path: "/healthz" }),
          () => browser(server).ask("/whoami"),
        ]) {
          const { answer, seconds } = await timed(work);
          expect(answer.status).toBe(200);
          expect(seconds).toBeLessThan(promptly);
        }
      }
      expect((await logIn(server, "bob")).cookies.size).toBeGreaterThan(0);
      await waiting;
    });
  });
});
