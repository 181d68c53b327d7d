import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningServer } from "../support/running-server.ts";
import { startServer } from "../support/running-server.ts";
import { putObjects } from "../support/stored-objects.ts";

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
