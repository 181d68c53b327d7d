import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Certificates } from "../../support/containers/certificates.ts";
import { makeCertificates } from "../../support/containers/certificates.ts";
import type { Container } from "../../support/containers/container.ts";
import { freePort } from "../../support/containers/free-port.ts";
import { ask } from "../../support/requests/http.ts";
import { apacheBefore, nginxBefore } from "../../support/server/proxies.ts";

let certificates: Certificates;
/** Breaks the connection for addresses that end with /broken, and answers 204 for all others. */
let instance: Server;
let port: number;
beforeAll(async () => {
  certificates = await makeCertificates();
  instance = createServer((request, response) => {
    if (request.url?.endsWith("/broken")) request.socket.destroy();
    else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => instance.listen(0, "127.0.0.1", resolve));
  ({ port } = instance.address() as AddressInfo);
});
afterAll(() => instance?.close());

describe.each([
  { name: "nginx", start: nginxBefore },
  { name: "Apache", start: apacheBefore },
] as const)("the logs of $name with the sample configuration", ({ start }) => {
  let proxy: Container;
  let origins: { readonly http: string; readonly https: string };
  beforeAll(async () => {
    const [http, https] = [await freePort(), await freePort()];
    origins = { http: `http://localhost:${http}`, https: `https://localhost:${https}` };
    // Nothing listens at the second instance.
    const instances = [{ port }, { port: await freePort() }] as const;
    proxy = await start({ certificates, instances }, { http, https, origin: origins.https });
  });
  afterAll(() => proxy?.close());

  const status = async (origin: string, path: string) =>
    (await ask(origin, { path, headers: { Connection: "close" } }, certificates.ca)).status;

  test("hold no secret of an address, whatever becomes of the request", async () => {
    const { http, https } = origins;
    expect(await status(https, "/invitations/s3cret-1")).toBe(204);
    expect(await status(https, "/Shared/s3cret-2/zika/2y?c=s3cret-3")).toBe(204);
    expect(await status(http, "/invitations/s3cret-4")).toBe(308);
    expect(await status(https, "/invitations/s3cret-5/broken")).toBe(502);
    // A mistyped address, which Apache refuses itself.
    expect([204, 404]).toContain(await status(https, "/invitations%2Fs3cret-7"));
    expect(await status(https, "/groups/blab/broken")).toBe(502);
    expect(await status(https, "/logged-in?code=s3cret-6")).toBe(204);
    await expect.poll(() => proxy.logs()).toMatch(/"GET \/logged-in HTTP\/1\.1" 204 /);
    const logs = await proxy.logs();
    expect(logs).toMatch(/"GET \/invitations\/\*\*\* HTTP\/1\.1" 204 /);
    expect(logs).toMatch(/"GET \/Shared\/\*\*\*\/zika\/2y HTTP\/1\.1" 204 /);
    expect(logs).toMatch(/"GET \/invitations\/\*\*\* HTTP\/1\.1" 308 /);
    expect(logs).toMatch(/"GET \/invitations\/\*\*\*\/broken HTTP\/1\.1" 502 /);
    expect(logs).not.toContain("s3cret");
    // The error log is there for other addresses.
    expect(logs.match(/\[(proxy_http:)?error\]/)).not.toBeNull();
  });
});
