import { createHash } from "node:crypto";
import { pageFile } from "../pages/page-files.ts";

export interface Asset {
  /** Contains a hash of the content, so that the response is immutable. */
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
  /** An entity tag with its quotes. */
  readonly etag: string;
}

const types = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml; charset=utf-8",
  png: "image/png",
} as const;

const assetNames = [
  "groups.css",
  "icon.svg",
  "frame.js",
  "upload.js",
  "removal.js",
  "logo-form.js",
  "overview-form.js",
  "overview-source.js",
  "session-times.js",
  "members.js",
  "auspice-bar.css",
  "auspice-bar.js",
] as const;
export type AssetName = (typeof assetNames)[number];

/** Assets that are concatenated from several source files, in this order. */
const bundles: Readonly<Record<string, readonly string[]>> = {
  "groups.css": [
    "palette.css",
    "base.css",
    "layout.css",
    "frame.css",
    "controls.css",
    "listing.css",
    "group.css",
    "forms.css",
    "sessions.css",
    "administration.css",
    "settings.css",
    "members.css",
  ],
  "auspice-bar.css": ["palette.css", "auspice-bar.css"],
  "auspice-bar.js": ["auspice-bar.js", "auspice-images.js"],
};

const sourceOf = (name: string): string => (bundles[name] ?? [name]).map(pageFile).join("");

/** Relative imports in scripts, whose last segment is captured: all scripts are served from one folder. */
const relativeImport = /(?<=\bfrom ")\.[^"]*?([\w-]+\.js)(?=")/g;

const load = (name: string): Asset => {
  // Imported scripts get hashed names too.
  const body = Buffer.from(
    sourceOf(name).replace(relativeImport, (_, file: string) => `./${fileNameOf(asset(file))}`),
  );
  return assetOf(name as FileName, body);
};

type FileName = `${string}.${keyof typeof types}`;

/** An asset of this content, whose type follows from the name's ending. */
export const assetOf = (name: FileName, body: Buffer): Asset => {
  const [stem, extension] = name.split(".") as [string, keyof typeof types];
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 16);
  return { path: `/assets/${stem}.${hash}.${extension}`, type: types[extension], body, etag: `"${hash}"` };
};

const fileNameOf = ({ path }: Asset): string => path.slice(path.lastIndexOf("/") + 1);

const cache = new Map<string, Asset>();

const asset = (name: string): Asset => {
  const cached = cache.get(name) ?? load(name);
  cache.set(name, cached);
  return cached;
};

export const assetPath = (name: AssetName): string => asset(name).path;

let byPath: ReadonlyMap<string, Asset> | undefined;

/** All assets by path, imported scripts included. They are read from disk at the first call. */
export const assets = (): ReadonlyMap<string, Asset> => {
  if (byPath) return byPath;
  for (const name of assetNames) asset(name);
  byPath = new Map([...cache.values()].map((each) => [each.path, each]));
  return byPath;
};
