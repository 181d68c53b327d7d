/**
 * For how long the server's event loop works at a stretch and answers nobody, at the worst, while it gets what is as
 * hostile as it may be: Markdown, front matter, datasets in the old form, logos, JSON, long listings and long headers.
 * Usage: node test/bench/event-loop.ts [part of a case's name]
 */
import { setTimeout as pause } from "node:timers/promises";
import { hostileInputs } from "./load/hostile-inputs.ts";
import { limits } from "./load/limits.ts";
import { startLocalSite } from "./load/local-site.ts";

const longestMs = 50;
const residentMegabytes = 400;
const [, , part = ""] = process.argv;

const site = await startLocalSite();
const peakMegabytes = async () => (await site.server.peakMemory()) / 1e6;
try {
  // What is loaded at first use is loaded now.
  for (const { prepare, attack } of hostileInputs.filter(({ isWarmUp }) => isWarmUp)) {
    await prepare?.(site);
    await attack(site);
  }
  for (const { name, prepare, attack } of hostileInputs.filter((one) => one.name.includes(part))) {
    await prepare?.(site);
    await pause(200);
    await site.maxEventLoopDelay();
    const began = performance.now();
    const statuses = await attack(site);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const peak = (await peakMegabytes()).toFixed(0);
    const what = `${name} (${[...new Set(statuses)].join(", ")} after ${seconds} s; peak so far ${peak} MB)`;
    limits.atMost(what, await site.maxEventLoopDelay(), longestMs, "ms");
  }
  limits.atMost("peak of resident memory", await peakMegabytes(), residentMegabytes, "MB");
} finally {
  await site.close();
}
