import type { CalendarDay } from "../../../../../domain/calendar-day.ts";
import type { GroupName } from "../../../../../domain/groups/group.ts";
import { roles } from "../../../../../domain/identity/role.ts";
import type { AccessRequest } from "../../../../../domain/people/access-request.ts";
import type { Member } from "../../../../../domain/people/member.ts";
import type { Contact } from "../../../../../domain/site.ts";
import type { ListedInvitation } from "../../../../../ports/driving/people/group-invitations.ts";
import type { LayoutData } from "../../../pages/layout.ts";
import { slicesWithYields } from "../../../pages/slices-with-yields.ts";
import { renderPage, renderPageWithChunks, renderTemplate } from "../../../pages/template.ts";
import type { GroupHead } from "../../group-head.ts";
import { sortWithYields } from "../../listing/sort-with-yields.ts";
import { roleLabels, roleWithArticle } from "../../role-words.ts";
import { invitationItems, inviteForm, requestItems } from "../waiting/waiting.ts";
import type { MemberRow } from "./member-row.ts";
import { memberRows } from "./member-row.ts";
import type { MembersQuery } from "./members-query.ts";
import { formAction, isNamedBy, pageLinks, rowsPerPage } from "./members-query.ts";

export interface GroupMembersPage {
  readonly layout: LayoutData;
  readonly head: GroupHead;
  readonly group: GroupName;
  /** The address of the page, to which its forms are sent. */
  readonly href: string;
  readonly members: readonly Member[];
  /** Empty for others than owners. */
  readonly invitations: readonly ListedInvitation[];
  readonly canMailInvitations: boolean;
  readonly requests: readonly AccessRequest[];
  readonly query: MembersQuery;
  readonly today: CalendarDay;
  readonly visitor: string;
  readonly isOwner: boolean;
  /** Otherwise roles are changed at the identity provider only. */
  readonly areKeptHere: boolean;
  readonly contact: Contact | undefined;
  /** A form that was refused. */
  readonly refused: RefusedForm | undefined;
}

/** What was typed into a form, and why it was refused. */
export interface RefusedForm {
  readonly reason: string;
  readonly action: string;
  readonly username: string;
  /** The role that the person has, of a form that changes it. */
  readonly held: string;
  readonly role: string;
  readonly until: string;
}

const roleOptions = roles.map((role) => ({ value: role, label: roleLabels[role] }));

const sliceSize = 50;

const collator = new Intl.Collator("en", { numeric: true });

/** `/groups/<name>/settings/members`. Rows are rendered in chunks, since a group may have thousands. */
export const renderMembers = async (content: GroupMembersPage): Promise<readonly Buffer[]> => {
  const { layout, head, href, members, query, isOwner, areKeptHere, refused, today } = content;
  const mayChange = isOwner && areKeptHere;
  const sorted = await sortWithYields(members, (a, b) => collator.compare(a.username, b.username));
  const found = sorted.filter(isNamedBy(query));
  const shown = found.slice((query.page - 1) * rowsPerPage, query.page * rowsPerPage);
  const context = { ...content, mayChange };
  const rows = memberRows(shown, context);
  const form = { action: formAction(href, query), roleOptions, today, refused };
  const data = {
    layout,
    head,
    title: `"${head.name}" Group Members`,
    href,
    query: query.words,
    isFiltering: query.words !== "",
    total: members.length,
    found: found.length,
    isWhole: found.length === members.length && found.length <= rowsPerPage,
    pages: pageLinks(href, query, found.length),
    notice: noticeOf(content),
    problem: refused?.reason,
    mayChange,
    isOwner,
    areKeptHere,
    contact: content.contact,
    mayLeave: areKeptHere && mayLeave(content),
    form,
    invite: inviteForm(content.group, today, content.canMailInvitations),
    requests: requestItems(content.group, content.requests),
    invitations: invitationItems(content.group, content.invitations),
    added: refused?.action === "grant" ? refused : undefined,
  };
  return renderPageWithChunks("group-members", data, await rowChunks(rows, form));
};

const rowChunks = async (rows: readonly MemberRow[], form: object): Promise<readonly Buffer[]> => {
  const chunks: Buffer[] = [];
  for await (const slice of slicesWithYields(rows, sliceSize)) {
    chunks.push(Buffer.from(renderTemplate("member-rows", { rows: slice, form })));
  }
  return chunks;
};

/** Whether the visitor has been given a role here, which they can give up. */
const mayLeave = ({ members, visitor }: GroupMembersPage): boolean =>
  members.some(
    ({ username, sources }) =>
      username === visitor && sources.some((one) => one.from === "here" && one.state === "active"),
  );

/** What somebody is now whose role has just been saved. It is told from the list, not from the address. */
const noticeOf = ({ members, query: { saved } }: GroupMembersPage): string | undefined => {
  if (saved === undefined) return undefined;
  const member = members.find(({ username }) => username === saved);
  if (member === undefined) return `Saved. ${saved} has no role here.`;
  const highest = member.roles.at(-1);
  if (highest !== undefined) return `Saved. ${saved} is ${roleWithArticle[highest]}.`;
  const isWaiting = member.sources.some((one) => one.from === "here" && one.state === "pending");
  return isWaiting
    ? `Saved. The role waits for ${saved} to log in.`
    : `Saved. ${saved} has no role here that counts.`;
};

interface OutagePage {
  readonly layout: LayoutData;
  readonly head: GroupHead;
}

/** The page while it cannot be read who is in the group. */
export const renderMembersOutage = ({ layout, head }: OutagePage): string =>
  renderPage("members-outage", { layout, head, title: `"${head.name}" Group Members` });
