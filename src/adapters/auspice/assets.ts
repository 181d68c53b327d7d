/*
 * Auspice's built client as responses that any HTTP server can send.
 *
 * This is not sirv 3, which leaks a file descriptor when a client disconnects, ends the process when a file is
 * missing, sends 304 without the headers that RFC 9110 section 15.4.5 requires, and derives ETags from modification
 * times, which differ between instances.
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

/** The extensions of precompressed files, in order of preference: here Brotli saves a fifth over gzip. */
const extensions: readonly (readonly [Coding, string])[] = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

const extensionOf = (coding: Coding | undefined): string =>
  extensions.find(([each]) => each === coding)?.[1] ?? "";

const contentTypes: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
};

const oneMonth = "public, max-age=2592000";
/** A name with a hash of the content, which therefore never changes under this name. */
const hashedName = /(^|\.)[0-9a-f]{20}\./;
const oneYear = "public, max-age=31536000, immutable";

/** Lists the files once. Their contents (6 MB) are read at the first request or by `preload`, and cached. */
export const openAssets = async ({ folder, version }: Installation): Promise<Assets> => {
  const assets = await findAssets(folder);
  const cache = new Map<string, Promise<Buffer>>();

  const readCached = (path: string): Promise<Buffer> => {
    const content = cache.get(path) ?? readFile(path);
    cache.set(path, content);
    content.catch(() => cache.delete(path));
    return content;
  };

  const answer = async (request: AssetRequest): Promise<AssetAnswer> => {
    const asset = assets.get(request.path);
    if (asset === undefined) return { status: 404, headers: {} };
    if (request.method !== "GET" && request.method !== "HEAD") {
      return { status: 405, headers: { Allow: "GET, HEAD" } };
    }
    const coding = asset.codings.find((candidate) => request.accepts(candidate));
    // Under one path, a version of Auspice has the same bytes on every instance.
    const etag = `"${version}${coding === undefined ? "" : `-${coding}`}"`;
    const headers = { ...cacheHeaders(asset), ETag: etag };
    if (fresh({ "if-none-match": request.ifNoneMatch }, { etag })) return { status: 304, headers };
    const body = await readCached(asset.path + extensionOf(coding));
    return {
      status: 200,
      headers: { ...headers, ...contentHeaders(asset, coding), "Content-Length": String(body.length) },
      ...(request.method === "GET" ? { body } : {}),
    };
  };

  const preload = async (): Promise<void> => {
    for (const { path, codings } of assets.values()) {
      await readCached(path);
      for (const coding of codings) await readCached(path + extensionOf(coding));
    }
  };

  return { entrypoint: await readFile(join(folder, "dist", "index.html"), "utf8"), answer, preload };
};

const cacheHeaders = (asset: Asset): Record<string, string> => ({
  "Cache-Control": asset.cacheControl,
  ...(asset.codings.length > 0 ? { Vary: "Accept-Encoding" } : {}),
});

const contentHeaders = (asset: Asset, coding: Coding | undefined): Record<string, string> => ({
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
      cacheControl: hashedName.test(name) ? oneYear : oneMonth,
      path: join(folder, "dist", name),
      codings: extensions.filter(([, extension]) => names.has(name + extension)).map(([coding]) => coding),
    });
  }
  assets.set("/favicon.png", {
    contentType: "image/png",
    cacheControl: oneMonth,
    path: join(folder, "favicon.png"),
    codings: [],
  });
  return assets;
};
