import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { UnusableObject } from "../../../domain/failure.ts";
import type { GroupInfo } from "../../../domain/groups/group-info.ts";

/** The JSON of `getSourceInfo` (storage.md section 5), with its weak ETag. */
export interface SourceInfo {
  readonly etag: string;
  readonly body: Buffer;
}

/** In bytes; a logo of 2 MB makes a response of 2.7 MB. */
const maxCacheBytes = 16_000_000;

interface Source {
  readonly info: Omit<GroupInfo, "logo">;
  readonly avatar: () => Promise<string | null>;
}

/**
 * Caches the JSON of groups with a logo by the ETag of its content, so that concurrent and later responses share one
 * buffer. `avatar` is called when there is none yet.
 */
export const sourceInfoCache = (): ((info: GroupInfo, avatar: Source["avatar"]) => Promise<SourceInfo>) => {
  const cache = new LRUCache<string, Buffer, Source>({
    maxSize: maxCacheBytes,
    sizeCalculation: (body) => body.length,
    ignoreFetchAbort: true,
    fetchMethod: async (_, __, { context: { info, avatar } }) =>
      Buffer.from(JSON.stringify(await withAvatar(info, avatar))),
  });
  return async ({ logo, ...info }, avatar) => {
    const tag = hash("sha256", JSON.stringify([info, logo]), "base64url").slice(0, 27);
    if (logo === null)
      return { etag: `W/"${tag}"`, body: Buffer.from(JSON.stringify({ ...info, avatar: null })) };
    return { etag: `W/"${tag}"`, body: await cache.forceFetch(tag, { context: { info, avatar } }) };
  };
};

const withAvatar = async (info: Source["info"], avatar: Source["avatar"]) => {
  try {
    return { ...info, avatar: await avatar() };
  } catch (error) {
    if (!(error instanceof UnusableObject)) throw error;
    return { ...info, avatar: null, error: info.error ?? "The group's logo cannot be read." };
  }
};
