/**
 * Measures for how long hostile inputs block the server's event loop at most: Markdown, front matter, old datasets,
 * logos, JSON, long listings and long headers.
 * Usage: node test/bench/event-loop.ts [part of a case's name]
 */
import { setTimeout as pause } from "node:timers/promises";
import { hostileInputs } from "./load/hostile-inputs.ts";
import { limits } from "./load/limits.ts";
import { startLocalSite } from "./load/local-site.ts";

const maxBlockMs = 50;
const maxResidentMegabytes = 400;
const [, , namePart = ""] = process.argv;

const site = await startLocalSite();
const peakMegabytes = async () => (await site.server.peakMemory()) / 1e6;
try {
  // Warm-up: modules that are loaded at their first use are loaded now.
  for (const { prepare, attack } of hostileInputs.filter(({ isWarmUp }) => isWarmUp)) {
    await prepare?.(site);
    await attack(site);
  }
  for (const { name, prepare, attack } of hostileInputs.filter((one) => one.name.includes(namePart))) {
    await prepare?.(site);
    await pause(200);
    await site.maxEventLoopDelay();
    const began = performance.now();
    const statuses = await attack(site);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const peak = (await peakMegabytes()).toFixed(0);
    const what = `${name} (${[...new Set(statuses)].join(", ")} after ${seconds} s; peak so far ${peak} MB)`;
    limits.atMost(what, await site.maxEventLoopDelay(), maxBlockMs, "ms");
  }
  limits.atMost("peak of resident memory", await peakMegabytes(), maxResidentMegabytes, "MB");
} finally {
  await site.close();
}
