import { createHash } from "node:crypto";
import { pageFile } from "../pages/page-files.ts";

export interface Asset {
  /** Holds a hash of the content, so that it may be cached for ever. */
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
} as const;

const names = [
  "groups.css",
  "icon.svg",
  "upload.js",
  "removal.js",
  "settings.js",
  "session-times.js",
  "auspice-bar.css",
  "auspice-bar.js",
] as const;
export type AssetName = (typeof names)[number];

/** Some are kept in parts, in the order in which they apply, and sent as one. */
const parts: Readonly<Record<string, readonly string[]>> = {
  "groups.css": [
    "palette.css",
    "base.css",
    "frame.css",
    "controls.css",
    "listing.css",
    "group.css",
    "forms.css",
    "sessions.css",
  ],
  "auspice-bar.css": ["palette.css", "auspice-bar.css"],
  "auspice-bar.js": ["auspice-bar.js", "auspice-images.js"],
};

const sourceOf = (name: string): string => (parts[name] ?? [name]).map(pageFile).join("");

/** Its last part is the file's name: scripts lie in the folders of their features, and are served from one. */
const importedFile = /(?<=\bfrom ")\.[^"]*?([\w-]+\.js)(?=")/g;

const load = (name: string): Asset => {
  const [stem, extension] = name.split(".") as [string, keyof typeof types];
  // An imported script is served under its hashed name too, beside the importing one.
  const body = Buffer.from(
    sourceOf(name).replace(importedFile, (_, file: string) => `./${fileNameOf(asset(file))}`),
  );
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 16);
  return { path: `/assets/${stem}.${hash}.${extension}`, type: types[extension], body, etag: `"${hash}"` };
};

const fileNameOf = ({ path }: Asset): string => path.slice(path.lastIndexOf("/") + 1);

const loaded = new Map<string, Asset>();

const asset = (name: string): Asset => {
  const known = loaded.get(name) ?? load(name);
  loaded.set(name, known);
  return known;
};

export const assetPath = (name: AssetName): string => asset(name).path;

let byPath: ReadonlyMap<string, Asset> | undefined;

/** Everything that pages refer to, by path; read from disk at the first call. */
export const assets = (): ReadonlyMap<string, Asset> => {
  if (byPath) return byPath;
  for (const name of names) asset(name);
  byPath = new Map([...loaded.values()].map((known) => [known.path, known]));
  return byPath;
};
