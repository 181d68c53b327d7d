import { BadContent, UnusableObject } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import type { GroupInfo } from "../../../domain/groups/group-info.ts";
import {
  defaultGroupInfo,
  groupInfo,
  maxLogoBytes,
  maxOverviewBytes,
} from "../../../domain/groups/group-info.ts";
import { permit } from "../../../domain/identity/policy.ts";
import { pngMediaType } from "../../../domain/resources/media-type.ts";
import { logoKey, overviewKey } from "../../../domain/resources/object-key.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { FrontMatter } from "../../../ports/driven/resources/front-matter.ts";
import type { ResourceStore } from "../../../ports/driven/resources/resource-store.ts";
import type { Groups } from "../../../ports/driving/groups.ts";
import type { AuditAccess } from "../resources/audit-access.ts";
import type { StoredFiles } from "../resources/stored-files.ts";
import { wholeContent, wholeText } from "../resources/whole-content.ts";

interface Deps {
  readonly store: ResourceStore;
  readonly files: StoredFiles;
  readonly compression: Compression;
  readonly frontMatter: FrontMatter;
  readonly auditAccess: AuditAccess;
}

/** Bytes of an overview that a page may hold to be changed. */
const maxSourceBytes = 100_000;

type ProfileMethod = "info" | "overviewSource" | "avatar" | "readLogo" | "statLogo";

/** What a group says of itself and shows of itself. */
export const groupProfile = (d: Deps): Pick<Groups, ProfileMethod> => ({
  info: async (caller, group, signal) => {
    permit(caller, "read", "source", group);
    const found = await info(d, group, signal);
    d.auditAccess(caller, "read", group, "settings");
    return found;
  },
  overviewSource: async (caller, group, signal) => {
    permit(caller, "read", "group", group);
    const stored = await d.store.read(overviewKey(group.name), signal);
    if (!stored) return undefined;
    const text = await wholeText(stored, d.compression, maxSourceBytes).catch(undefinedIfUnusable);
    d.auditAccess(caller, "read", group, "settings/overview");
    return { text, etag: stored.etag };
  },
  avatar: async (caller, group, signal) => {
    permit(caller, "read", "source", group);
    return avatar(d, group, signal);
  },
  readLogo: async (caller, group, signal) => {
    permit(caller, "read", "source", group);
    const stored = await d.files.read(logoKey(group.name), { kind: "logo" }, signal);
    d.auditAccess(caller, "read", group, "settings/logo");
    return stored;
  },
  statLogo: async (caller, group, signal) => {
    permit(caller, "read", "source", group);
    return d.files.stat(logoKey(group.name), { kind: "logo" }, signal);
  },
});

const undefinedIfUnusable = (error: unknown): undefined => {
  if (!(error instanceof UnusableObject)) throw error;
};

/** An overview that makes no sense leaves the defaults, and a word about it; an outage is an outage. */
const info = async (d: Deps, group: Group, signal: AbortSignal): Promise<GroupInfo> => {
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

const readOverview = async (d: Deps, group: Group, signal: AbortSignal) =>
  d.frontMatter.parse(await overviewText(d, group, signal));

const overviewText = async (d: Deps, group: Group, signal: AbortSignal): Promise<string> => {
  const stored = await d.store.read(overviewKey(group.name), signal);
  return stored ? wholeText(stored, d.compression, maxOverviewBytes) : "";
};

const avatar = async (d: Deps, group: Group, signal: AbortSignal): Promise<string | null> => {
  const stored = await d.store.read(logoKey(group.name), signal);
  if (!stored) return null;
  const bytes = await wholeContent(stored, d.compression, maxLogoBytes);
  return `data:${pngMediaType};base64,${Buffer.from(bytes.buffer).toString("base64")}`;
};
