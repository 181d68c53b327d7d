import type { GroupInfo } from "../../../domain/groups/group-info.ts";
import type { EndingMembership } from "../../../domain/people/membership.ts";
import { datasetMediaType, narrativeMediaType } from "../../../domain/resources/media-type.ts";
import type { DatasetType, Resource } from "../../../domain/resources/resource.ts";
import { datasetTypes } from "../../../domain/resources/resource.ts";
import type { Listing } from "../../../ports/driving/resources.ts";
import { groupHref } from "../pages/hrefs.ts";
import type { LayoutData } from "../pages/layout.ts";
import { renderPageWithChunks } from "../pages/template.ts";
import type { GroupVisit } from "./group-head.ts";
import { groupHead } from "./group-head.ts";
import type { ResourceFilter } from "./listing/resource-filter.ts";
import { filterResources, isFiltering } from "./listing/resource-filter.ts";
import type { ResourceSection } from "./listing/resource-list.ts";
import { datasetSections, filterForm, renderSections, resourceItems } from "./listing/resource-list.ts";
import type { Overview } from "./overview/overview.ts";

export interface GroupPage extends GroupVisit {
  readonly layout: LayoutData;
  /** The server's own, as the visitor sees it. */
  readonly origin: string;
  readonly info: GroupInfo;
  readonly overview: Overview;
  /** Undefined when the store is unavailable. */
  readonly listing: Listing | undefined;
  readonly filter: ResourceFilter;
  /** Which memberships end soon, for owners. */
  readonly ending?: readonly EndingMembership[];
  /** Whether the visitor may write datasets and narratives. */
  readonly mayUpload: boolean;
  /** The requested resource, if it does not exist. The page is then the body of a 404. */
  readonly missing?: { readonly kind: "dataset" | "narrative" | "setting"; readonly path: string };
}

const uploadLabels: Record<DatasetType, string> = {
  main: "Dataset",
  "root-sequence": "Root sequence of a dataset",
  "tip-frequencies": "Tip frequencies of a dataset",
  measurements: "Measurements of a dataset",
};

/** The kinds of files that can be uploaded, in the order in which they are sent: a dataset before its sidecars. */
const uploadKinds = [
  ...datasetTypes.map((name) => ({ name, label: uploadLabels[name], mediaType: datasetMediaType(name) })),
  { name: "narrative", label: "Narrative", mediaType: narrativeMediaType },
];

const visibleResources = ({ info, listing }: GroupPage) => ({
  datasets: info.showDatasets ? (listing?.datasets ?? []) : [],
  narratives: info.showNarratives ? (listing?.narratives ?? []) : [],
});

const resourceSections = async (content: GroupPage): Promise<readonly ResourceSection[]> => {
  const { datasets, narratives } = visibleResources(content);
  const filtered = (resources: readonly Resource[]) => filterResources(content.filter, resources);
  const shownNarratives = await resourceItems(await filtered(narratives));
  return [
    ...(await datasetSections(await filtered(datasets))),
    ...(shownNarratives.length === 0 ? [] : [{ heading: "Narratives", items: shownNarratives }]),
  ];
};

/** Renders the resource lists in chunks, since a group may have many thousand resources. */
const renderLists = async (content: GroupPage) => {
  const { datasets, narratives } = visibleResources(content);
  return {
    total: datasets.length + narratives.length,
    filter: filterForm(content.filter, [...datasets, ...narratives]),
    sections: await renderSections(await resourceSections(content), {
      mayDelete: content.mayUpload,
      isFiltering: isFiltering(content.filter),
    }),
  };
};

/** What the Nextstrain CLI is told for this very group. */
const commands = ({ origin, group, mayUpload }: GroupPage): readonly string[] => {
  const address = origin + groupHref(group.name);
  if (mayUpload) return [`nextstrain login ${origin}`, `nextstrain remote upload ${address} file.json`];
  return [
    ...(group.isPublic ? [] : [`nextstrain login ${origin}`]),
    `nextstrain remote download --recursively ${address} .`,
  ];
};

/** `/groups/<name>`. */
export const renderGroup = async (content: GroupPage): Promise<readonly Buffer[]> => {
  const { layout, group, info, listing, missing } = content;
  const { sections, ...list } = await renderLists(content);
  const data = {
    layout,
    title: `"${group.name}" Group`,
    group,
    href: groupHref(group.name),
    head: groupHead(content, info, "data", listing && { data: list.total }, content.ending),
    overview: content.overview,
    commands: commands(content),
    isPlainHttp: content.origin.startsWith("http:"),
    infoError: content.mayEditSettings ? info.error : undefined,
    plainTextReason:
      content.mayEditSettings && content.overview.kind === "text" ? content.overview.reason : undefined,
    isListingUnavailable: listing === undefined,
    mayUpload: content.mayUpload,
    uploadKinds,
    missing,
    isEmpty: sections.length === 0,
    ...list,
  };
  return renderPageWithChunks("group-page", data, sections);
};
