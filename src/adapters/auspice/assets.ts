/*
 * Auspice's built client as answers that any HTTP server can send.
 *
 * Written here rather than left to sirv 3: that leaks a file descriptor when a client goes away, ends the
 * process when a file is missing, sends 304 without the headers RFC 9110 section 15.4.5 wants, and makes
 * its tags of modification times, which differ between instances.
 */
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import fresh from "fresh";
import type {
  AssetAnswer,
  AssetRequest,
  AuspiceClient,
  Coding,
} from "../../ports/driven/resources/auspice-client.ts";
import type { Installation } from "./installation.ts";

export type Assets = Pick<AuspiceClient, "entrypoint" | "answer" | "preload">;

interface Asset {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly path: string;
  readonly codings: readonly Coding[];
}

/** The best first: Brotli saves a fifth over gzip here. */
const endings: readonly (readonly [Coding, string])[] = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

const endingOf = (coding: Coding | undefined): string => endings.find(([each]) => each === coding)?.[1] ?? "";

const contentTypes: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
};

const aMonth = "public, max-age=2592000";
/** A name that holds a sum of its content never means another content. */
const hashedName = /(^|\.)[0-9a-f]{20}\./;
const forGood = "public, max-age=31536000, immutable";

/** Finds what there is once; contents are read when first asked for, or all by `preload`, and kept: 6 MB. */
export const openAssets = async ({ folder, version }: Installation): Promise<Assets> => {
  const assets = await findAssets(folder);
  const contents = new Map<string, Promise<Buffer>>();

  const content = (path: string): Promise<Buffer> => {
    const reading = contents.get(path) ?? readFile(path);
    contents.set(path, reading);
    reading.catch(() => contents.delete(path));
    return reading;
  };

  const answer = async (request: AssetRequest): Promise<AssetAnswer> => {
    const asset = assets.get(request.path);
    if (asset === undefined) return { status: 404, headers: {} };
    if (request.method !== "GET" && request.method !== "HEAD") {
      return { status: 405, headers: { Allow: "GET, HEAD" } };
    }
    const coding = asset.codings.find((each) => request.accepts(each));
    // An address and a version of Auspice settle the bytes of each coding, on every instance.
    const etag = `"${version}${coding === undefined ? "" : `-${coding}`}"`;
    const headers = { ...lasting(asset), ETag: etag };
    if (fresh({ "if-none-match": request.ifNoneMatch }, { etag })) return { status: 304, headers };
    const body = await content(asset.path + endingOf(coding));
    return {
      status: 200,
      headers: { ...headers, ...describing(asset, coding), "Content-Length": String(body.length) },
      ...(request.method === "GET" ? { body } : {}),
    };
  };

  const preload = async (): Promise<void> => {
    for (const { path, codings } of assets.values()) {
      await content(path);
      for (const coding of codings) await content(path + endingOf(coding));
    }
  };

  return { entrypoint: await readFile(join(folder, "dist", "index.html"), "utf8"), answer, preload };
};

const lasting = (asset: Asset): Record<string, string> => ({
  "Cache-Control": asset.cacheControl,
  ...(asset.codings.length > 0 ? { Vary: "Accept-Encoding" } : {}),
});

const describing = (asset: Asset, coding: Coding | undefined): Record<string, string> => ({
  "Content-Type": asset.contentType,
  "X-Content-Type-Options": "nosniff",
  ...(coding === undefined ? {} : { "Content-Encoding": coding }),
});

const findAssets = async (folder: string): Promise<ReadonlyMap<string, Asset>> => {
  const names = new Set(await readdir(join(folder, "dist")));
  const assets = new Map<string, Asset>();
  for (const name of names) {
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) continue;
    assets.set(`/dist/${name}`, {
      contentType,
      cacheControl: hashedName.test(name) ? forGood : aMonth,
      path: join(folder, "dist", name),
      codings: endings.filter(([, ending]) => names.has(name + ending)).map(([coding]) => coding),
    });
  }
  assets.set("/favicon.png", {
    contentType: "image/png",
    cacheControl: aMonth,
    path: join(folder, "favicon.png"),
    codings: [],
  });
  return assets;
};
