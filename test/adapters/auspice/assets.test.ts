import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type Assets, openAssets } from "../../../src/adapters/auspice/assets.ts";
import { contentSecurityPolicy } from "../../../src/adapters/auspice/content-security-policy.ts";
import { findInstallation } from "../../../src/adapters/auspice/installation.ts";
import type { AssetRequest } from "../../../src/ports/driven/resources/auspice-client.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("Auspice's files", () => {
  const installation = findInstallation();
  let assets: Assets;
  let script: string;
  let plain: Buffer;

  const get = (path: string, more: Partial<AssetRequest> = {}) =>
    assets.answer({ method: "GET", path, accepts: () => false, ...more });

  beforeAll(async () => {
    assets = await openAssets(installation);
    const names = await readdir(join(installation.folder, "dist"));
    script = names.find((name) => /core-vendors.*\.js$/.test(name)) ?? "";
    plain = await readFile(join(installation.folder, "dist", script));
    script = `/dist/${script}`;
  });

  it("include all that the entrypoint refers to", async () => {
    const paths = [...assets.entrypoint.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? "");
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) expect((await get(path)).status, path).toBe(200);
  });

  it("are sent as Brotli, gzip or uncompressed, by what the client accepts", async () => {
    const brotli = await get(script, { accepts: () => true });
    expect(brotli.headers["Content-Encoding"]).toBe("br");
    expect(brotliDecompressSync(brotli.body ?? "").equals(plain)).toBe(true);
    const gzip = await get(script, { accepts: (coding) => coding === "gzip" });
    expect(gzip.headers["Content-Encoding"]).toBe("gzip");
    expect(gunzipSync(gzip.body ?? "").equals(plain)).toBe(true);
    const identity = await get(script);
    expect(identity.headers["Content-Encoding"]).toBeUndefined();
    expect(plain.equals(identity.body ?? new Uint8Array())).toBe(true);
    expect(new Set([brotli, gzip, identity].map(({ headers }) => headers.ETag)).size).toBe(3);
  });

  it("are served after a preload even if an upgrade has removed them from the disk", async () => {
    const { path, remove } = await temporaryFolder();
    const folder = join(path, "auspice");
    await cp(installation.folder, folder, { recursive: true });
    const preloaded = await openAssets({ ...installation, folder });
    await preloaded.preload();
    await remove();
    const names = await readdir(join(installation.folder, "dist"));
    const served = names.filter((name) => /\.(js|woff2?|svg|png)$/.test(name));
    expect(served.length).toBeGreaterThan(10);
    for (const name of served) {
      for (const accepts of [() => true, () => false, (coding: string) => coding === "gzip"]) {
        const { status, body } = await preloaded.answer({ method: "GET", path: `/dist/${name}`, accepts });
        expect([status, body && body.length > 0], name).toEqual([200, true]);
      }
    }
  });

  it("may be cached for a year under a hashed name, and the icon for a month", async () => {
    const { headers } = await get(script);
    expect(headers).toMatchObject({
      "Cache-Control": "public, max-age=31536000, immutable",
      "Content-Type": "text/javascript; charset=utf-8",
      "X-Content-Type-Options": "nosniff",
      Vary: "Accept-Encoding",
    });
    const icon = await get("/favicon.png");
    expect(icon.headers).toMatchObject({
      "Cache-Control": "public, max-age=2592000",
      "Content-Type": "image/png",
      "Content-Length": "3725",
    });
    expect(icon.headers.Vary).toBeUndefined();
  });

  it("are answered with 304 to a client that has them cached", async () => {
    const first = await get(script, { accepts: () => true });
    const etag = first.headers.ETag ?? "";
    const again = await get(script, { accepts: () => true, ifNoneMatch: `"other", W/${etag}` });
    expect(again.status).toBe(304);
    expect(again.body).toBeUndefined();
    expect(again.headers).toEqual({
      ETag: etag,
      Vary: "Accept-Encoding",
      "Cache-Control": first.headers["Cache-Control"],
    });
    expect((await get(script, { ifNoneMatch: etag })).status).toBe(200);
  });

  it("have the same headers for HEAD as for GET, and no body", async () => {
    const head = await get(script, { method: "HEAD" });
    const { body, ...whole } = await get(script);
    expect(body).toBeDefined();
    expect(head).toEqual(whole);
  });

  it("allow no other method", async () => {
    expect(await get(script, { method: "POST" })).toEqual({ status: 405, headers: { Allow: "GET, HEAD" } });
  });

  it.each([
    "/dist/",
    "/dist/none.js",
    "/dist/index.html",
    "/dist/../package.json",
    "/dist/%2e%2e/package.json",
    "/package.json",
    "/dist/constructor",
  ])("do not include %s", async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it("have no inline script in the entrypoint, since the policy forbids it", () => {
    expect(assets.entrypoint).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(contentSecurityPolicy([])).toContain("script-src 'self';");
    expect(contentSecurityPolicy([])).not.toContain("unsafe-eval");
  });
});
