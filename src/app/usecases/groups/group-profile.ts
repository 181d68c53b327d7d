import { BadContent, UnusableObject } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import type { GroupInfo } from "../../../domain/groups/group-info.ts";
import {
  defaultGroupInfo,
  groupInfo,
  maxLogoBytes,
  maxOverviewBytes,
} from "../../../domain/groups/group-info.ts";
import { pngMediaType } from "../../../domain/resources/media-type.ts";
import { logoKey, overviewKey } from "../../../domain/resources/object-key.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { FrontMatter } from "../../../ports/driven/resources/front-matter.ts";
import type { ResourceStore } from "../../../ports/driven/resources/resource-store.ts";
import { wholeContent, wholeText } from "../resources/whole-content.ts";
import type { OverviewSource } from "./overview-editor.ts";

/** The dependencies of reading a group's profile. Access to the group is checked by the caller. */
export interface GroupProfileParts {
  readonly store: ResourceStore;
  readonly compression: Compression;
  readonly frontMatter: FrontMatter;
}

/** Bytes of an overview that can be edited on a page: its text and front matter. */
const maxSourceBytes = 110_000;

/** The overview's source; without its text when that is too large to be edited, or damaged. */
export const overviewSource = async (
  d: GroupProfileParts,
  group: Group,
  signal: AbortSignal,
): Promise<OverviewSource | undefined> => {
  const stored = await d.store.read(overviewKey(group.name), signal);
  if (!stored) return undefined;
  const text = await wholeText(stored, d.compression, maxSourceBytes).catch(undefinedIfUnusable);
  return { text, etag: stored.etag };
};

const undefinedIfUnusable = (error: unknown): undefined => {
  if (!(error instanceof UnusableObject)) throw error;
};

/** The group's info. An overview that cannot be parsed is replaced by the defaults and an error; outages are thrown. */
export const info = async (d: GroupProfileParts, group: Group, signal: AbortSignal): Promise<GroupInfo> => {
  const [logo, overview] = await Promise.all([
    d.store.stat(logoKey(group.name), signal),
    readOverview(d, group, signal).catch(undefinedIfBad),
  ]);
  const tag = logo?.etag ?? null;
  if (overview) return groupInfo(group.name, overview.attributes, overview.body, tag);
  return { ...defaultGroupInfo(group.name), logo: tag, error: "The group's overview cannot be read." };
};

const undefinedIfBad = (error: unknown): undefined => {
  if (!(error instanceof BadContent)) undefinedIfUnusable(error);
};

const readOverview = async (d: GroupProfileParts, group: Group, signal: AbortSignal) =>
  d.frontMatter.parse(await overviewText(d, group, signal));

const overviewText = async (d: GroupProfileParts, group: Group, signal: AbortSignal): Promise<string> => {
  const stored = await d.store.read(overviewKey(group.name), signal);
  return stored ? wholeText(stored, d.compression, maxOverviewBytes) : "";
};

/** The logo as a `data:` URL. Throws UnusableObject for one that is too large. */
export const avatar = async (
  d: GroupProfileParts,
  group: Group,
  signal: AbortSignal,
): Promise<string | null> => {
  const stored = await d.store.read(logoKey(group.name), signal);
  if (!stored) return null;
  const bytes = await wholeContent(stored, d.compression, maxLogoBytes);
  return `data:${pngMediaType};base64,${Buffer.from(bytes.buffer).toString("base64")}`;
};
