import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mainDataset, mainType, put } from "../../support/resources/resources.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ environment: { MAX_UPLOADS: "4", MAX_DOWNLOADS: "4" } });
  await put(server, "/groups/blab/small", mainType, mainDataset);
});
afterAll(() => server.close());

/** An upload that has begun and goes no further, as long as nobody ends it. */
const stalled = async (username: string, path: string) => {
  const headers = {
    Authorization: await server.bearer(username, "blab/owners"),
    "Content-Type": mainType,
    Accept: "application/json",
    "Transfer-Encoding": "chunked",
  };
  const sent = httpRequest(`${server.origin}${path}`, { method: "PUT", headers });
  sent.on("error", () => undefined);
  const answered = new Promise<{ status: number; retryAfter: string | undefined }>((resolve) => {
    sent.once("response", (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers["retry-after"] });
    });
  });
  sent.write(mainDataset.slice(0, 5));
  return {
    answered,
    finish: () => {
      sent.end(mainDataset.slice(5));
      return answered;
    },
    leave: () => sent.destroy(),
  };
};

describe("uploads that stand still", { timeout: 60_000 }, () => {
  test("take their places only: others wait for a while, and are then asked to come again", async () => {
    const held = [
      await stalled("olga", "/groups/blab/a"),
      await stalled("olga", "/groups/blab/b"),
      await stalled("oscar", "/groups/blab/c"),
      await stalled("oscar", "/groups/blab/d"),
    ];
    await sleep(300);
    const began = performance.now();
    const late = await stalled("otto", "/groups/blab/e");
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.ask({ path: "/charon/getDataset?prefix=groups/blab/small" })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(performance.now() - began).toBeLessThan(5000);
    const { status, retryAfter } = await late.answered;
    expect([status, Number(retryAfter) > 0]).toEqual([503, true]);
    expect(performance.now() - began).toBeGreaterThan(9000);
    expect(performance.now() - began).toBeLessThan(25_000);
    const [first, ...others] = held;
    expect(await first?.finish()).toMatchObject({ status: 204 });
    for (const each of others) each.leave();
    await expect
      .poll(async () => (await put(server, "/groups/blab/f", mainType, mainDataset)).status, {
        timeout: 5000,
      })
      .toBe(204);
  });

  test("of one person leave places for others, and who waits gets one as soon as it is free", async () => {
    const held = [await stalled("olga", "/groups/blab/a"), await stalled("olga", "/groups/blab/b")];
    await sleep(300);
    const third = await stalled("olga", "/groups/blab/c");
    await sleep(100);
    const other = await stalled("oscar", "/groups/blab/d");
    expect(await other.finish()).toMatchObject({ status: 204 });
    expect(await Promise.race([third.answered, sleep(300, "waits")])).toBe("waits");
    held[0]?.leave();
    expect(await third.finish()).toMatchObject({ status: 204 });
    held[1]?.leave();
  });
});

/** A download whose answer has begun and that nobody reads. */
const unread = async (path: string) => {
  const sent = httpRequest(`${server.origin}${path}`, { headers: { Accept: mainType } });
  sent.on("error", () => undefined);
  const answer = new Promise<number>((resolve) => {
    sent.once("response", (begun) => {
      begun.pause();
      resolve(begun.statusCode ?? 0);
    });
  });
  sent.end();
  return { answer, leave: () => sent.destroy() };
};

test("small files wait behind no downloads that nobody reads, large ones until the first of those is ended", {
  timeout: 60_000,
}, async () => {
  const large = mainDataset.replace(/}$/, `,"x":"${"y".repeat(40_000_000)}"}`);
  expect((await put(server, "/groups/blab/large", mainType, large)).status).toBe(204);
  const path = "/charon/getDataset?prefix=groups/blab/large";
  const held = [await unread(path), await unread(path)];
  expect(await Promise.all(held.map(({ answer }) => answer))).toEqual([200, 200]);
  const third = await unread(path);
  expect(await Promise.race([third.answer, sleep(300, "waits")])).toBe("waits");
  const began = performance.now();
  const small = await server.ask({
    path: "/charon/getDataset?prefix=groups/blab/small",
    headers: { "Accept-Encoding": "gzip" },
  });
  expect(small.status).toBe(200);
  expect(performance.now() - began).toBeLessThan(5000);
  // Nobody has left, so one of the others was ended.
  expect(await third.answer).toBe(200);
  for (const each of [...held, third]) each.leave();
});
