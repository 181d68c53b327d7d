import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { putObjects } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer({ environment: { MAX_RENDERS: "1" } });

const overview = (group: string, content: string) =>
  putObjects(server, { [`${group}/group-overview.md`]: { type: "text/markdown", content } });

/** Requests the group's page, and measures the time in milliseconds. */
const timePage = async (group: string): Promise<number> => {
  const startedAt = performance.now();
  const { status, text } = await server.ask({ path: `/groups/${group}`, headers: { Accept: "text/html" } });
  expect([status, text.includes("About us")]).toEqual([200, true]);
  return performance.now() - startedAt;
};

test("a rendering waits for those before it, and cached ones do not wait", async () => {
  await overview("MixedCase", "About us: *cached*");
  await timePage("MixedCase");
  await overview("blab", `About us: ${"_a*".repeat(16_000)}`);
  const slow = timePage("blab");
  await sleep(200);
  expect(await timePage("MixedCase")).toBeLessThan(1000);
  await overview("MixedCase", "About us: *new*");
  const [, waited] = await Promise.all([slow, timePage("MixedCase")]);
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

/** Requests the converted dataset, and measures the time in milliseconds. */
const timeConversion = async (title: string): Promise<number> => {
  const startedAt = performance.now();
  const { status, text } = await server.ask({ path: "/charon/getDataset?prefix=groups/blab/old" });
  expect([status, JSON.parse(text)]).toMatchObject([200, { meta: { title } }]);
  return performance.now() - startedAt;
};

test("the conversion of a v1 dataset takes a slot for renderings, and a cached one needs none", async () => {
  await v1("cached");
  await timeConversion("cached");
  await overview("blab", `About us too: ${"_a*".repeat(16_000)}`);
  const slow = server.ask({ path: "/groups/blab", headers: { Accept: "text/html" } });
  await sleep(200);
  expect(await timeConversion("cached")).toBeLessThan(1000);
  await v1("new");
  expect(await timeConversion("new")).toBeGreaterThan(1000);
  expect((await slow).status).toBe(200);
});
