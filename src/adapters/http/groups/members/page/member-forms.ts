import { BadRequest, isFailure } from "../../../../../domain/failure.ts";
import { roles } from "../../../../../domain/identity/role.ts";
import type { OpenGroup } from "../../../../../ports/driving/groups.ts";
import type { GroupMembers } from "../../../../../ports/driving/people/group-members.ts";
import type { Context } from "../../../context.ts";
import { failureStatus } from "../../../middleware/failure-status.ts";
import { settingsHref } from "../../../pages/hrefs.ts";
import { readForm } from "../../../requests/form-body.ts";
import { acceptsHtml } from "../../../requests/negotiation.ts";
import { groupHead } from "../../group-head.ts";
import { renderLeaving, renderLeft } from "../leaving/leaving.ts";
import { formAction, hrefAfter, parseMembersQuery } from "./members-query.ts";
import type { MembersPageDeps } from "./send-members-page.ts";
import { sendMembersPage, visitorName } from "./send-members-page.ts";

/** The fields of the page's forms; those that a form does not have are empty. */
interface MemberForm {
  readonly action: string;
  readonly username: string;
  /** The role that the person has now, of "change" and "revoke". */
  readonly held: string;
  readonly role: string;
  readonly until: string;
  readonly isConfirmed: boolean;
}

const parseForm = (form: URLSearchParams): MemberForm => ({
  action: form.get("action") ?? "",
  username: (form.get("username") ?? "").trim(),
  held: form.get("held") ?? "",
  role: form.get("role") ?? "",
  until: form.get("until") ?? "",
  isConfirmed: form.get("confirmed") === "yes",
});

/** Whether the visitor would give up being an owner, or leave. They are asked first. */
const givesUp = ({ action, username, held, role }: MemberForm, visitor: string): boolean =>
  action === "leave" ||
  (username === visitor &&
    held === "owners" &&
    (action === "revoke" || (action === "change" && role !== "owners")));

const apply = (form: MemberForm, members: GroupMembers, signal: AbortSignal): Promise<void> => {
  const until = form.until === "" ? undefined : form.until;
  switch (form.action) {
    case "grant":
      return members.grant(form.role, form.username, until, signal);
    case "change":
      return members.change(form.held, form.username, { role: form.role, until }, signal);
    case "revoke":
      return members.revoke(form.held, form.username, signal);
    case "leave":
      return members.leave(signal);
    default:
      throw new BadRequest("There is no such action.");
  }
};

/**
 * Does what a form of the members' page says, and answers a browser by the page, where a refusal keeps what was typed;
 * the page's script, which wants no HTML, by 204 or an error. Cross-site requests are refused by the middleware.
 */
export const submitMemberForm = async (
  ctx: Context,
  d: MembersPageDeps,
  members: GroupMembers,
  opened: OpenGroup,
): Promise<void> => {
  const form = parseForm(await readForm(ctx));
  const isAsked = givesUp(form, visitorName(ctx));
  if (isAsked && !form.isConfirmed) return sendQuestion(ctx, d, form, opened);
  try {
    await apply(form, members, ctx.state.signal);
  } catch (error) {
    const isRefusal = isFailure(error) && failureStatus(error).status < 500;
    if (!isRefusal || error.code === "not-allowed" || !acceptsHtml(ctx)) throw error;
    ctx.status = failureStatus(error).status;
    await sendMembersPage(ctx, d, members, opened, { ...form, reason: error.message });
    return;
  }
  if (!acceptsHtml(ctx)) {
    ctx.status = 204;
    return;
  }
  if (isAsked && !(await isStillIn(ctx, members)))
    return d.pages.send(ctx, renderLeft({ layout: d.pages.layout(ctx), group: opened.group }));
  const href = settingsHref(opened.group.name, "members");
  const saved = form.action === "leave" ? visitorName(ctx) : form.username;
  ctx.redirect(hrefAfter(href, parseMembersQuery(ctx.URL.searchParams), saved));
  ctx.status = 303;
};

const isStillIn = async (ctx: Context, members: GroupMembers): Promise<boolean> => {
  const all = await members.list(ctx.state.signal);
  return all.some(({ username, roles: held }) => username === visitorName(ctx) && held.length > 0);
};

const sendQuestion = async (
  ctx: Context,
  d: MembersPageDeps,
  form: MemberForm,
  opened: OpenGroup,
): Promise<void> => {
  const { action, username, held, role, until } = form;
  const head = groupHead(opened, await opened.info(ctx.state.signal), "members");
  const sent = Object.entries({ action, username, held, role, until });
  d.pages.send(
    ctx,
    renderLeaving({
      layout: d.pages.layout(ctx),
      head,
      action: formAction(settingsHref(opened.group.name, "members"), parseMembersQuery(ctx.URL.searchParams)),
      fields: sent.filter(([, value]) => value !== ""),
      instead: action === "change" ? roles.find((known) => known === role) : undefined,
    }),
  );
};
