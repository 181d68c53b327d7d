import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { mainDataset, mainType, put } from "../../support/resources/resources.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer({ environment: { MAX_UPLOADS: "4", MAX_DOWNLOADS: "4" } });
beforeAll(async () => {
  await put(server, "/groups/blab/small", mainType, mainDataset);
});

/** Starts an upload that stalls until `finish` or `disconnect` is called. */
const stalledUpload = async (username: string, path: string) => {
  const headers = {
    Authorization: await server.bearer(username, "blab/owners"),
    "Content-Type": mainType,
    Accept: "application/json",
    "Transfer-Encoding": "chunked",
  };
  const request = httpRequest(`${server.origin}${path}`, { method: "PUT", headers });
  request.on("error", () => undefined);
  const response = new Promise<{ status: number; retryAfter: string | undefined }>((resolve) => {
    request.once("response", (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers["retry-after"] });
    });
  });
  request.write(mainDataset.slice(0, 5));
  return {
    response,
    finish: () => {
      request.end(mainDataset.slice(5));
      return response;
    },
    disconnect: () => request.destroy(),
  };
};

describe("stalled uploads", { timeout: 60_000 }, () => {
  test("hold their slots only: further uploads wait, and then get 503 with Retry-After", async () => {
    const holders = [
      await stalledUpload("olga", "/groups/blab/a"),
      await stalledUpload("olga", "/groups/blab/b"),
      await stalledUpload("oscar", "/groups/blab/c"),
      await stalledUpload("oscar", "/groups/blab/d"),
    ];
    await sleep(300);
    const startedAt = performance.now();
    const late = await stalledUpload("otto", "/groups/blab/e");
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.ask({ path: "/charon/getDataset?prefix=groups/blab/small" })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(performance.now() - startedAt).toBeLessThan(5000);
    const { status, retryAfter } = await late.response;
    expect([status, Number(retryAfter) > 0]).toEqual([503, true]);
    expect(performance.now() - startedAt).toBeGreaterThan(9000);
    expect(performance.now() - startedAt).toBeLessThan(25_000);
    const [first, ...others] = holders;
    expect(await first?.finish()).toMatchObject({ status: 204 });
    for (const each of others) each.disconnect();
    await expect
      .poll(async () => (await put(server, "/groups/blab/f", mainType, mainDataset)).status, {
        timeout: 5000,
      })
      .toBe(204);
  });

  test("of one user leave slots for others, and a waiting upload gets the next free one", async () => {
    const holders = [
      await stalledUpload("olga", "/groups/blab/a"),
      await stalledUpload("olga", "/groups/blab/b"),
    ];
    await sleep(300);
    const third = await stalledUpload("olga", "/groups/blab/c");
    await sleep(100);
    const other = await stalledUpload("oscar", "/groups/blab/d");
    expect(await other.finish()).toMatchObject({ status: 204 });
    expect(await Promise.race([third.response, sleep(300, "waits")])).toBe("waits");
    holders[0]?.disconnect();
    expect(await third.finish()).toMatchObject({ status: 204 });
    holders[1]?.disconnect();
  });
});

/** Starts a download whose body is not read. */
const unreadDownload = async (path: string) => {
  const request = httpRequest(`${server.origin}${path}`, { headers: { Accept: mainType } });
  request.on("error", () => undefined);
  const answer = new Promise<number>((resolve) => {
    request.once("response", (response) => {
      response.pause();
      resolve(response.statusCode ?? 0);
    });
  });
  request.end();
  return { answer, disconnect: () => request.destroy() };
};

test("small files do not wait for stalled downloads, and large ones until the first of those is ended", {
  timeout: 60_000,
}, async () => {
  const large = mainDataset.replace(/}$/, `,"x":"${"y".repeat(40_000_000)}"}`);
  expect((await put(server, "/groups/blab/large", mainType, large)).status).toBe(204);
  const path = "/charon/getDataset?prefix=groups/blab/large";
  const holders = [await unreadDownload(path), await unreadDownload(path)];
  expect(await Promise.all(holders.map(({ answer }) => answer))).toEqual([200, 200]);
  const third = await unreadDownload(path);
  expect(await Promise.race([third.answer, sleep(300, "waits")])).toBe("waits");
  const startedAt = performance.now();
  const small = await server.ask({
    path: "/charon/getDataset?prefix=groups/blab/small",
    headers: { "Accept-Encoding": "gzip" },
  });
  expect(small.status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(5000);
  // No client has disconnected, so one of the other downloads was ended.
  expect(await third.answer).toBe(200);
  for (const each of [...holders, third]) each.disconnect();
});
