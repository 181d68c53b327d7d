import type { AdministeredGroup } from "../../../ports/driving/group-administration.ts";
import type { LayoutData } from "../pages/layout.ts";
import { renderPage } from "../pages/template.ts";

export interface AdministrationPage {
  readonly layout: LayoutData;
  readonly groups: readonly AdministeredGroup[];
  /** Whether a group gets its first owner here. */
  readonly appointsOwners: boolean;
  /** Why the last form was refused, and what was in it. */
  readonly refused?: { readonly error: string; readonly form: Readonly<Record<string, string>> } | undefined;
  /** The name of the group that has just been deleted. */
  readonly deleted?: string | undefined;
}

const units = ["bytes", "kB", "MB", "GB", "TB"];

/** A size in decimal units, as disks and object stores have them. */
export const formatBytes = (bytes: number): string => {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const scaled = bytes / 1000 ** power;
  const digits = power === 0 || scaled >= 100 ? 0 : 1;
  return `${scaled.toFixed(digits)} ${units[power]}`;
};

const row = (group: AdministeredGroup) => ({
  ...group,
  href: `/admin/groups/${encodeURIComponent(group.name)}`,
  size: group.contents && formatBytes(group.contents.bytes),
  isWithoutOwner: group.owners.length + group.pendingOwners.length === 0,
});

/** `/admin/groups`. */
export const renderAdministration = ({
  layout,
  groups,
  appointsOwners,
  refused,
  deleted,
}: AdministrationPage): string =>
  renderPage("administration", {
    layout,
    title: "Administration",
    groups: groups.map(row),
    appointsOwners,
    // It is told from the list, not from the address.
    deleted: groups.some(({ name }) => name === deleted) ? undefined : deleted,
    error: refused?.error,
    form: refused?.form ?? {},
  });

export interface AdministeredGroupPage {
  readonly layout: LayoutData;
  readonly group: AdministeredGroup;
  readonly appointsOwners: boolean;
  /** Why the last form was refused. */
  readonly error?: string;
  /** Whether a form has just been saved. */
  readonly isSaved?: boolean;
  /** What would become visible, which has to be confirmed. */
  readonly unconfirmed?: { readonly datasets: readonly string[]; readonly narratives: readonly string[] };
}

/** Of the names that would become visible: enough to see what it is. */
const maxNames = 200;

/** `/admin/groups/<name>`. */
export const renderAdministeredGroup = ({
  layout,
  group,
  appointsOwners,
  error,
  isSaved = false,
  unconfirmed,
}: AdministeredGroupPage): string => {
  const visible = unconfirmed && [...unconfirmed.datasets, ...unconfirmed.narratives];
  return renderPage("administered-group", {
    layout,
    title: `${group.name} · Administration`,
    group: row(group),
    appointsOwners,
    error,
    isSaved,
    visible: visible?.slice(0, maxNames),
    moreVisible: visible && Math.max(0, visible.length - maxNames),
    counts: unconfirmed && {
      datasets: unconfirmed.datasets.length,
      narratives: unconfirmed.narratives.length,
    },
  });
};
