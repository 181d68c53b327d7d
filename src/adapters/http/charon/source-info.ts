import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { UnusableObject } from "../../../domain/failure.ts";
import type { GroupInfo } from "../../../domain/groups/group-info.ts";

/** What a group says of itself, as JSON (storage.md section 5), with a tag of it. */
export interface SourceInfo {
  readonly etag: string;
  readonly body: Buffer;
}

/** Bytes: logos of some 2 MB make answers of 2.7 MB each. */
const maxRemembered = 16_000_000;

interface Parts {
  readonly told: Omit<GroupInfo, "logo">;
  readonly avatar: () => Promise<string | null>;
}

/**
 * Makes the JSON of a group's info, with its logo in it, once for as long as neither changes: everybody who is sent
 * it is sent the same bytes.
 */
export const sourceInfos = (): ((info: GroupInfo, avatar: Parts["avatar"]) => Promise<SourceInfo>) => {
  const known = new LRUCache<string, Buffer, Parts>({
    maxSize: maxRemembered,
    sizeCalculation: (body) => body.length,
    ignoreFetchAbort: true,
    fetchMethod: async (_, __, { context: { told, avatar } }) =>
      Buffer.from(JSON.stringify(await whole(told, avatar))),
  });
  return async (info, avatar) => {
    const { logo, ...told } = info;
    const tag = hash("sha256", JSON.stringify([told, logo]), "base64url").slice(0, 27);
    if (logo === null)
      return { etag: `W/"${tag}"`, body: Buffer.from(JSON.stringify({ ...told, avatar: null })) };
    return { etag: `W/"${tag}"`, body: await known.forceFetch(tag, { context: { told, avatar } }) };
  };
};

const whole = async (told: Parts["told"], avatar: Parts["avatar"]) => {
  try {
    return { ...told, avatar: await avatar() };
  } catch (error) {
    if (!(error instanceof UnusableObject)) throw error;
    return { ...told, avatar: null, error: told.error ?? "The group's logo cannot be read." };
  }
};
