import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { putObjects } from "../../support/resources/stored-objects.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ environment: { MAX_RENDERS: "1" } });
});
afterAll(() => server.close());

const overview = (group: string, content: string) =>
  putObjects(server, { [`${group}/group-overview.md`]: { type: "text/markdown", content } });

/** How long the group's page took, in milliseconds. */
const page = async (group: string): Promise<number> => {
  const began = performance.now();
  const { status, text } = await server.ask({ path: `/groups/${group}`, headers: { Accept: "text/html" } });
  expect([status, text.includes("About us")]).toEqual([200, true]);
  return performance.now() - began;
};

test("a rendering waits for those before it, and nobody waits to see what is known", async () => {
  await overview("MixedCase", "About us: *known*");
  await page("MixedCase");
  await overview("blab", `About us: ${"_a*".repeat(16_000)}`);
  const slow = page("blab");
  await sleep(200);
  expect(await page("MixedCase")).toBeLessThan(1000);
  await overview("MixedCase", "About us: *new*");
  const [, waited] = await Promise.all([slow, page("MixedCase")]);
  expect(waited).toBeGreaterThan(1000);
});

const v1 = (title: string) => {
  const json = (content: object) => ({ type: "application/json", content: JSON.stringify(content) });
  return putObjects(server, {
    "blab/datasets/old_meta.json": json({
      title,
      updated: "2019-04-02",
      panels: ["tree"],
      color_options: {},
      geo: {},
      annotations: {},
    }),
    "blab/datasets/old_tree.json": json({ strain: "root", attr: { num_date: 2015, div: 0 } }),
  });
};

/** How long the dataset took to be converted and sent, in milliseconds. */
const converted = async (title: string): Promise<number> => {
  const began = performance.now();
  const { status, text } = await server.ask({ path: "/charon/getDataset?prefix=groups/blab/old" });
  expect([status, JSON.parse(text)]).toMatchObject([200, { meta: { title } }]);
  return performance.now() - began;
};

test("a conversion of an old dataset is a rendering, and what was converted needs no place", async () => {
  await v1("known");
  await converted("known");
  await overview("blab", `About us too: ${"_a*".repeat(16_000)}`);
  const slow = server.ask({ path: "/groups/blab", headers: { Accept: "text/html" } });
  await sleep(200);
  expect(await converted("known")).toBeLessThan(1000);
  await v1("new");
  expect(await converted("new")).toBeGreaterThan(1000);
  expect((await slow).status).toBe(200);
});
