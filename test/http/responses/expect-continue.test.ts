import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { RawConnection } from "../../support/requests/raw-connection.ts";
import { chunk, head, jsonAnswer, lastChunk, rawConnection } from "../../support/requests/raw-connection.ts";
import { pngOf } from "../../support/resources/png.ts";
import {
  get,
  mainDataset,
  mainType,
  narrative,
  narrativeType,
  put,
} from "../../support/resources/resources.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();
let connection: RawConnection;
afterEach(() => connection.close());

const owner = () => server.bearer("olga", "blab/owners", "test-private/owners");

const startUpload = async (path: string, headers: Record<string, string>): Promise<void> => {
  connection = await rawConnection(server.origin);
  await connection.send(head(`PUT ${path}`, { Accept: "application/json", ...headers }));
};

const contents: [string, string, string, string | Buffer][] = [
  ["a dataset", "/groups/blab/ex/a", mainType, mainDataset],
  ["a narrative", "/groups/blab/narratives/ex/a", narrativeType, narrative],
  ["a logo", "/groups/blab/settings/logo", "image/png", pngOf(10, 10)],
  ["an overview", "/groups/blab/settings/overview", "text/markdown", "Hello\n"],
];

describe.each(contents)("a client that waits for 100 Continue with %s", (_, path, type, content) => {
  const expecting = { Expect: "100-continue", "Content-Type": type };
  const length = { "Content-Length": String(Buffer.byteLength(content)) };

  test("gets 100 and then 204", async () => {
    await startUpload(path, { ...expecting, ...length, Authorization: await owner() });
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    expect(connection.received()).toBe("");
    await connection.send(content);
    await connection.until(/^HTTP\/1\.1 204 /);
  });

  test("may send in chunks", async () => {
    await startUpload(path, { ...expecting, "Transfer-Encoding": "chunked", Authorization: await owner() });
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    await connection.send(Buffer.concat([chunk(content), Buffer.from(lastChunk)]));
    await connection.until(/^HTTP\/1\.1 204 /);
  });

  test.each([
    ["for want of a login", 401, {}, undefined],
    ["for want of a permission", 403, {}, () => server.bearer("vera", "blab/viewers")],
    ["for its type", 415, { "Content-Type": "text/html" }, owner],
    ["for its encoding", 415, { "Content-Encoding": "br" }, owner],
  ])("is rejected %s before it has sent its body", async (_, status, headers, authorization) => {
    const login = authorization === undefined ? {} : { Authorization: await authorization() };
    await startUpload(path, { ...expecting, ...length, ...headers, ...login });
    expect(await connection.until(jsonAnswer, 2000)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test("is rejected by a precondition before it has sent its body", async () => {
    await startUpload(path, {
      ...expecting,
      ...length,
      Authorization: await owner(),
      "If-Match": '"another"',
    });
    expect(await connection.until(jsonAnswer, 2000)).toMatch(/^HTTP\/1.1 412 /);
  });
});

describe("a client that waits for 100 Continue", () => {
  test("is rejected at once also on a connection that it has used before", async () => {
    connection = await rawConnection(server.origin);
    await connection.send(head("GET /healthz", {}));
    await connection.until(/^HTTP\/1\.1 200 .*\r\n\r\n.*/s);
    const headers = { Expect: "100-continue", "Content-Type": mainType, "Content-Length": "1000" };
    await connection.send(head("PUT /groups/blab/ex/b", { ...headers, Accept: "application/json" }));
    expect(await connection.until(/HTTP\/1\.1 \d+[^{]*\{.*\}/s, 2000)).toContain("HTTP/1.1 401 ");
  });

  test("gets the reason when its content is invalid, and the old version stays", async () => {
    const path = "/groups/blab/ex/c";
    await put(server, path, mainType, mainDataset);
    await startUpload(path, {
      Expect: "100-continue",
      "Content-Type": mainType,
      "Content-Length": "10",
      Authorization: await owner(),
    });
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    await connection.send("[1,2,3,4,]");
    expect(await connection.until(jsonAnswer)).toMatch(/^HTTP\/1.1 400 .*"error":/s);
    expect((await get(server, path, mainType)).text).toBe(mainDataset);
  });
});

describe("a slow client that sends its complete body before it reads, as Python does,", () => {
  const chunks = Array.from({ length: 12 }, () => chunk("x".repeat(20_000)));
  test.each([
    ["400", mainType, owner, "/groups/blab/ex/d"],
    ["400", mainType, owner, "/groups/blab/ex/d_e"],
    ["401", mainType, async () => "Bearer nonsense", "/groups/blab/ex/d"],
    ["403", mainType, () => server.bearer("vera", "blab/viewers"), "/groups/blab/ex/d"],
    ["415", "application/json", owner, "/groups/blab/ex/d"],
    ["403", mainType, () => server.bearer("carol"), "/groups/no-such/d"],
  ])("gets its %s as JSON when it is done (%s)", async (status, type, authorization, path) => {
    await startUpload(path, {
      "Content-Type": type,
      "Transfer-Encoding": "chunked",
      Authorization: await authorization(),
    });
    for (const bytes of chunks) {
      await connection.send(bytes);
      await delay(10);
      expect([connection.isOver(), connection.received()]).toEqual([false, ""]);
    }
    await connection.send(lastChunk);
    const answer = await connection.until(jsonAnswer);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/content-type: application\/json/i);
    expect(answer).toMatch(/\{"error":"[^"]+"\}$/);
    // And the connection can be used again.
    await connection.send(head("GET /healthz", {}));
    await connection.until(/HTTP\/1\.1 200 /);
  });
});
