import type { Json, JsonObject } from "../brand.ts";
import type { ETag } from "../resources/stored-object.ts";
import type { GroupName } from "./group.ts";

/** Bytes. It is sent whole with each `getSourceInfo`, as base64. */
export const maxLogoBytes = 2_000_000;
/** Bytes. Every page of the group holds the whole text. */
export const maxOverviewBytes = 1_000_000;

/** A group's description of itself (storage.md section 5). */
export interface GroupInfo {
  readonly title: string;
  readonly byline?: string;
  readonly website?: string;
  readonly showDatasets: boolean;
  readonly showNarratives: boolean;
  /** The logo's tag, or null when there is none. */
  readonly logo: ETag | null;
  /** Markdown. */
  readonly overview: string;
  /** Why the defaults stand in for the group's overview. */
  readonly error?: string;
}

const schemes = ["https:", "http:", "ftp:", "ftps:", "mailto:"];

const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined;

/** Whether a group's page links to this as the group's website. */
export const isWebsite = (url: string): boolean =>
  URL.canParse(url) && schemes.includes(new URL(url).protocol);

const website = (value: Json | undefined): string | undefined => {
  const url = text(value);
  return url !== undefined && isWebsite(url) ? url : undefined;
};

const shown = (value: Json | undefined): boolean => (typeof value === "boolean" ? value : true);

export const defaultGroupInfo = (group: GroupName): GroupInfo => ({
  title: `The ${group} group`,
  showDatasets: true,
  showNarratives: true,
  logo: null,
  overview: "This group's datasets and narratives are listed below.",
});

/** The Markdown of a group's page, from the text below the front matter. */
export const overviewText = (group: GroupName, body: string): string =>
  body.trim() === "" ? defaultGroupInfo(group).overview : body.replaceAll("\r\n", "\n");

/** Puts together the group's info; what is missing, empty or of another type becomes the default. */
export const groupInfo = (
  group: GroupName,
  attributes: JsonObject,
  body: string,
  logo: ETag | null,
): GroupInfo => {
  const defaults = defaultGroupInfo(group);
  const byline = text(attributes["byline"]);
  const site = website(attributes["website"]);
  return {
    title: text(attributes["title"]) ?? defaults.title,
    ...(byline === undefined ? {} : { byline }),
    ...(site === undefined ? {} : { website: site }),
    showDatasets: shown(attributes["showDatasets"]),
    showNarratives: shown(attributes["showNarratives"]),
    logo,
    overview: overviewText(group, body),
  };
};
