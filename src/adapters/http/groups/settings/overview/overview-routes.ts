import type { Failure } from "../../../../../domain/failure.ts";
import { BadRequest, isFailure } from "../../../../../domain/failure.ts";
import type { Group } from "../../../../../domain/groups/group.ts";
import type { GroupInfo } from "../../../../../domain/groups/group-info.ts";
import { defaultGroupInfo, overviewText } from "../../../../../domain/groups/group-info.ts";
import { fieldProblems } from "../../../../../domain/groups/overview-fields.ts";
import type { EndingMembership } from "../../../../../domain/people/membership.ts";
import type { Log } from "../../../../../ports/driven/system/log.ts";
import type { GroupSettings } from "../../../../../ports/driving/group-settings.ts";
import type { OpenGroup } from "../../../../../ports/driving/groups.ts";
import type { OverviewEdit } from "../../../../../ports/driving/overview-editor.ts";
import type { Context } from "../../../context.ts";
import { failureStatus } from "../../../middleware/failure-status.ts";
import { settingsHref } from "../../../pages/hrefs.ts";
import type { Pages } from "../../../pages/pages.ts";
import { readForm } from "../../../requests/form-body.ts";
import { sendJson } from "../../../requests/json-response.ts";
import { negotiate } from "../../../requests/negotiation.ts";
import type { Admission } from "../../../streaming/admission.ts";
import { groupHead } from "../../group-head.ts";
import { endingMemberships } from "../../members/ending-memberships.ts";
import type { ImagePolicy } from "../../overview/image-policy.ts";
import type { Overview, Overviews } from "../../overview/overview.ts";
import { renderGroupSettings } from "../group-settings.ts";
import type { OverviewForm } from "./overview-form.ts";
import { conflictForm, parseOverviewForm, refusedForm, storedOverviewForm } from "./overview-form.ts";

export interface OverviewRouteDeps {
  readonly admission: Admission;
  readonly pages: Pages;
  readonly overviews: Overviews;
  readonly log: Log;
  readonly imagePolicyFor: (group: Group) => ImagePolicy;
}

/** Three times the longest file that is edited here, each byte of which may be percent-encoded, and the other fields. */
const formLimits = { maxBytes: 340_000, timeout: 30 };

/** `GET …/settings`; `?saved`: after a form was saved. */
export const sendSettingsPage = async (
  ctx: Context,
  d: OverviewRouteDeps,
  settings: GroupSettings,
  opened: OpenGroup,
): Promise<void> => {
  if (!settings.mayWrite) return sendPage(ctx, d, opened, undefined);
  const form = storedOverviewForm(await settings.editOverview().read(ctx.state.signal));
  const isSaved = ctx.URL.searchParams.has("saved");
  await sendPage(ctx, d, opened, isSaved ? { ...form, notice: { kind: "saved" } } : form);
};

/** `POST …/settings`: saves the submitted form. */
export const saveOverview = async (
  ctx: Context,
  d: OverviewRouteDeps,
  settings: GroupSettings,
  opened: OpenGroup,
): Promise<void> => {
  const editor = settings.editOverview();
  const { edit, base } = parseOverviewForm(await readForm(ctx, formLimits));
  await keepingEdit(ctx, d, opened, { edit, base }, async () => {
    const outcome = await d.admission.run(ctx, "upload", () =>
      editor.save(edit, base === "" ? undefined : base, ctx.state.signal),
    );
    switch (outcome.kind) {
      case "saved":
        ctx.redirect(`${settingsHref(opened.group.name)}?saved`);
        ctx.status = 303;
        return;
      case "refused":
        ctx.status = 400;
        return sendPage(ctx, d, opened, refusedForm({ edit, base }, outcome.problems));
      case "conflict":
        ctx.status = 412;
        return sendPage(ctx, d, opened, conflictForm(edit, outcome.stored));
    }
  });
};

/** `POST …/settings/overview/preview`: shows the submitted text as the group's page would; as JSON for the page's script. */
export const previewOverview = async (
  ctx: Context,
  d: OverviewRouteDeps,
  settings: GroupSettings,
  opened: OpenGroup,
): Promise<void> => {
  // Only to throw for who may not, before the body is read.
  settings.editOverview();
  const { edit, base } = parseOverviewForm(await readForm(ctx, formLimits));
  const type = negotiate(ctx, ["text/html", "application/json"]);
  if (type === "application/json") return sendJson(ctx, await preview(ctx, d, opened, edit));
  await keepingEdit(ctx, d, opened, { edit, base }, async () =>
    sendPage(ctx, d, opened, { edit, base, preview: await preview(ctx, d, opened, edit) }),
  );
};

/** Throws BadRequest for a text that could not be saved. */
const preview = async (
  ctx: Context,
  d: OverviewRouteDeps,
  { group }: OpenGroup,
  edit: OverviewEdit,
): Promise<Overview> => {
  if (edit.kind === "source") throw new BadRequest("There is a preview of fields only.");
  const { text } = fieldProblems(edit.fields);
  if (text !== undefined) throw new BadRequest(text);
  const markdown = overviewText(group.name, edit.fields.text);
  return d.overviews.render(markdown, d.imagePolicyFor(group), (run) => d.admission.run(ctx, "render", run));
};

/** Answers an outage, as whatever else goes wrong, with the page on which the submitted text still stands. */
const keepingEdit = async (
  ctx: Context,
  d: OverviewRouteDeps,
  opened: OpenGroup,
  form: OverviewForm,
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!isFailure(error) || ctx.state.signal.aborted) throw error;
    const { status, headers } = failureStatus(error);
    if (status >= 500) logFailure(ctx, d.log, error);
    ctx.status = status;
    if (headers) ctx.set({ ...headers });
    const notice = { kind: "failed", message: error.message } as const;
    d.pages.send(ctx, render(ctx, d, opened, { ...form, notice }, undefined));
  }
};

const logFailure = ({ state: { id } }: Context, log: Log, failure: Failure): void =>
  log.write({ event: "request-failed", id, code: failure.code, cause: failure.cause ?? failure });

const sendPage = async (
  ctx: Context,
  d: OverviewRouteDeps,
  opened: OpenGroup,
  form: OverviewForm | undefined,
): Promise<void> => {
  const { signal } = ctx.state;
  const [info, ending] = await Promise.all([opened.info(signal), endingMemberships(opened, signal)]);
  const html = render(ctx, d, opened, form, info, ending);
  d.pages.send(ctx, html, d.imagePolicyFor(opened.group));
};

/** @param info Undefined: not known during an outage. */
const render = (
  ctx: Context,
  d: OverviewRouteDeps,
  opened: OpenGroup,
  overview: OverviewForm | undefined,
  info: GroupInfo | undefined,
  ending: readonly EndingMembership[] = [],
): string => {
  const { group } = opened;
  const head = groupHead(opened, info ?? defaultGroupInfo(group.name), "settings", {}, ending);
  const hasLogo = info && info.logo !== null;
  return renderGroupSettings({ layout: d.pages.layout(ctx), group, head, overview, hasLogo });
};
