import type { Group } from "../../../domain/groups/group.ts";
import type { GroupInfo } from "../../../domain/groups/group-info.ts";
import { datasetMediaType, narrativeMediaType } from "../../../domain/resources/media-type.ts";
import type { DatasetType, Resource } from "../../../domain/resources/resource.ts";
import { datasetTypes } from "../../../domain/resources/resource.ts";
import type { Listing } from "../../../ports/driving/resources.ts";
import { groupHref, logoHref, settingsHref } from "../pages/address.ts";
import type { Frame } from "../pages/frame.ts";
import { renderPageAround } from "../pages/template.ts";
import type { ResourceFilter } from "./listing/resource-filter.ts";
import { matching } from "./listing/resource-filter.ts";
import type { ResourceSection } from "./listing/resource-list.ts";
import { datasetSections, filterForm, renderSections, resourceItems } from "./listing/resource-list.ts";
import type { Overview } from "./overview/overview.ts";

export interface GroupPage {
  readonly frame: Frame;
  readonly group: Group;
  readonly info: GroupInfo;
  readonly overview: Overview;
  /** Undefined when the store is unavailable. */
  readonly listing: Listing | undefined;
  readonly filter: ResourceFilter;
  /** Whether the visitor may write datasets and narratives. */
  readonly mayUpload: boolean;
  readonly mayEditSettings: boolean;
  readonly isMember: boolean;
  /** The requested resource, if it does not exist. The page is then the body of a 404. */
  readonly missing?: { readonly kind: "dataset" | "narrative" | "setting"; readonly path: string };
}

const labels: Record<DatasetType, string> = {
  main: "Dataset",
  "root-sequence": "Root sequence of a dataset",
  "tip-frequencies": "Tip frequencies of a dataset",
  measurements: "Measurements of a dataset",
};

/** The kinds of files that can be uploaded, in the order in which they are sent: a dataset before its sidecars. */
const uploadKinds = [
  ...datasetTypes.map((name) => ({ name, label: labels[name], mediaType: datasetMediaType(name) })),
  { name: "narrative", label: "Narrative", mediaType: narrativeMediaType },
];

const website = (url: string | undefined) =>
  url === undefined ? undefined : { href: url, text: url.replace(/^[a-z]+:(\/\/)?/i, "").replace(/\/$/, "") };

const shownOf = ({ info, listing }: GroupPage) => ({
  datasets: info.showDatasets ? (listing?.datasets ?? []) : [],
  narratives: info.showNarratives ? (listing?.narratives ?? []) : [],
});

const sectionsOf = async (content: GroupPage): Promise<readonly ResourceSection[]> => {
  const { datasets, narratives } = shownOf(content);
  const left = (resources: readonly Resource[]) => matching(content.filter, resources);
  const shownNarratives = await resourceItems(await left(narratives));
  return [
    ...(await datasetSections(await left(datasets))),
    ...(shownNarratives.length === 0 ? [] : [{ heading: "Narratives", items: shownNarratives }]),
  ];
};

/** Renders the resource lists in chunks, since a group may have many thousand resources. */
const listed = async (content: GroupPage) => {
  const { datasets, narratives } = shownOf(content);
  return {
    total: datasets.length + narratives.length,
    filter: filterForm(content.filter, [...datasets, ...narratives]),
    sections: await renderSections(await sectionsOf(content), content.mayUpload),
  };
};

/** `/groups/<name>`. */
export const renderGroup = async (content: GroupPage): Promise<readonly Buffer[]> => {
  const { frame, group, info, listing, missing } = content;
  const { sections, ...list } = await listed(content);
  const shown = {
    frame,
    title: `"${group.name}" Group`,
    group,
    href: groupHref(group.name),
    settingsHref: content.mayEditSettings ? settingsHref(group.name) : undefined,
    membersHref: content.isMember ? settingsHref(group.name, "members") : undefined,
    heading: info.title,
    byline: info.byline,
    logoHref: info.logo === null ? undefined : logoHref(group.name),
    website: website(info.website),
    overview: content.overview,
    infoError: content.mayEditSettings ? info.error : undefined,
    plainBecause:
      content.mayEditSettings && content.overview.kind === "text" ? content.overview.why : undefined,
    isUnread: listing === undefined,
    mayUpload: content.mayUpload,
    uploadKinds,
    missing,
    isEmpty: sections.length === 0,
    ...list,
  };
  return renderPageAround("group-page", shown, sections);
};
