import { describe, expect, test } from "vitest";
import { head, rawConnection } from "../../support/requests/raw-connection.ts";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

/** Sends these bytes, and parses the response. */
const responseTo = async (...parts: readonly string[]) => {
  const connection = await rawConnection(server.origin);
  try {
    for (const part of parts) await connection.send(part).catch(() => undefined);
    const response = await connection.until(/^HTTP.*\}$/s);
    const [headers = "", body = ""] = response.split("\r\n\r\n");
    return {
      status: headers.split("\r\n")[0],
      headers: headers.toLowerCase(),
      body: JSON.parse(body) as object,
    };
  } finally {
    connection.close();
  }
};

const withToken = (length: number) =>
  head("GET /whoami", { Authorization: `Bearer ${"x".repeat(length)}`, Accept: "application/json" });

describe("a request whose headers are larger than 32 kB", () => {
  test.each([33_000, 43_000, 72_000, 3_000_000])(
    "gets 431 as JSON, and its connection is closed: %d bytes",
    async (length) => {
      const { status, headers, body } = await responseTo(withToken(length));
      expect(status).toBe("HTTP/1.1 431 Request Header Fields Too Large");
      expect(headers).toContain("connection: close");
      expect(headers).toContain("content-type: application/json");
      expect(body).toEqual({ error: expect.stringContaining("32 kB") });
    },
  );

  test("gets 431 also when it is sent in parts, after another request on its connection", async () => {
    const large = withToken(43_000);
    const parts = [withToken(10), ...[0, 1, 2].map((n) => large.slice(n * 15_000, (n + 1) * 15_000))];
    const connection = await rawConnection(server.origin);
    await connection.send(parts[0] ?? "");
    await connection.until(/HTTP\/1\.1 401.*\}/s);
    for (const part of parts.slice(1)) await connection.send(part);
    await connection.until(/HTTP\/1\.1 431.*\{"error":.*\}/s);
    connection.close();
  });
});

test("a request with slightly smaller headers is served as any other", async () => {
  const headers = { Authorization: `Bearer ${"x".repeat(31_000)}`, Accept: "application/json" };
  expect((await server.ask({ path: "/whoami", headers })).status).toBe(401);
});

test("a request that is not HTTP gets 400 as JSON", async () => {
  const { status, headers, body } = await responseTo("NONSENSE\r\n\r\n");
  expect(status).toBe("HTTP/1.1 400 Bad Request");
  expect(headers).toContain("connection: close");
  expect(body).toEqual({ error: "The request is no HTTP that can be understood." });
});

test("the connection of a client that keeps sending is closed after a while", async () => {
  const connection = await rawConnection(server.origin);
  await connection.send(withToken(40_000));
  await connection.until(/431.*\}/s);
  for (let i = 0; i < 40 && !connection.isOver(); i += 1) {
    await connection.send("x".repeat(1000)).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await expect(connection.send("x").then(() => connection.send("x"))).rejects.toThrow();
  connection.close();
});
