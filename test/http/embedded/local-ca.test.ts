import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, createServer, get } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLocalCa } from "../../../src/adapters/local-ca/local-ca.ts";

const run = promisify(execFile);

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "local-ca-"));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe("a server with the local authority's certificate", () => {
  it("is accepted by curl, Python and Node for loopback names, and refused without trust", async () => {
    const { cert, key, caPath } = await openLocalCa({
      folder: join(parent, "ca"),
      clock: { now: () => Date.now() / 1000 },
    });
    const server = createServer({ cert, key }, (_req, res) => res.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const curl = (...args: string[]) => run("curl", ["-sS", "--max-time", "5", "--noproxy", "*", ...args]);
      for (const host of ["localhost", "127.0.0.1"]) {
        expect((await curl("--cacert", caPath, `https://${host}:${port}/`)).stdout).toBe("hello");
      }
      const agent = new Agent({ ca: await readFile(caPath) });
      const status = await new Promise((resolve, reject) => {
        get({ port, host: "127.0.0.1", agent }, (res) => resolve(res.resume().statusCode)).on(
          "error",
          reject,
        );
      });
      expect(status).toBe(200);
      await expect(curl(`https://localhost:${port}/`)).rejects.toThrow();
      const script = [
        "import ssl, socket, sys",
        "context = ssl.create_default_context(cafile=sys.argv[1])",
        "context.verify_flags |= ssl.VERIFY_X509_STRICT",
        "raw = socket.create_connection(('127.0.0.1', int(sys.argv[2])), 5)",
        "print(context.wrap_socket(raw, server_hostname='localhost').version())",
      ].join("\n");
      expect((await run("python3", ["-c", script, caPath, String(port)])).stdout).toMatch(/^TLSv1/);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
