import Router from "@koa/router";
import { isFailure } from "../../../domain/failure.ts";
import type {
  AdministrationAttempt,
  GroupAdministration,
  OpenAdministration,
  Shown,
} from "../../../ports/driving/group-administration.ts";
import type { Context, RequestState } from "../context.ts";
import { failureStatus } from "../middleware/failure-status.ts";
import { decodePath } from "../middleware/traversal.ts";
import type { Pages } from "../pages/pages.ts";
import { readForm } from "../requests/form-body.ts";
import { readJson } from "../requests/json-body.ts";
import { sendJson } from "../requests/json-response.ts";
import { negotiate, prefersJson } from "../requests/negotiation.ts";
import { parseGroupForm, parseNewGroupForm } from "./administration-form.ts";
import type { GroupChange } from "./administration-json.ts";
import { groupJson, parseChange, parseNewGroup, visibleJson } from "./administration-json.ts";
import type { AdministeredGroupPage } from "./administration-page.ts";
import { renderAdministeredGroup, renderAdministration } from "./administration-page.ts";

interface Deps {
  readonly administration: GroupAdministration;
  readonly pages: Pages;
}

const groupPath = /^\/admin\/groups\/([^/]+)\/?$/i;

const nameIn = (ctx: Context): string => decodePath(ctx.captures?.[0] ?? "");

const formMediaType = "application/x-www-form-urlencoded";

const addressOf = (name: string): string => `/admin/groups/${encodeURIComponent(name)}`;

/** `/admin/groups`: makes and closes groups, for administrators; as JSON, and as pages whose forms need no script. */
export const administrationRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const open = (ctx: Context, action: AdministrationAttempt["action"], name = "") =>
    d.administration.open(ctx.state.caller, { action, name });
  router.get("/admin", (ctx) => ctx.redirect("/admin/groups"));
  router.get("/admin/groups", (ctx) => sendList(ctx, d, open(ctx, "list")));
  router.post("/admin/groups", async (ctx) => {
    const opened = open(ctx, "make-group");
    await (ctx.is(formMediaType) ? submitNewGroup(ctx, d, opened) : makeGroup(ctx, opened));
  });
  router.get(groupPath, (ctx) => sendGroup(ctx, d, open(ctx, "list", nameIn(ctx))));
  router.post(groupPath, async (ctx) => {
    const opened = open(ctx, "list", nameIn(ctx));
    await submitChange(ctx, d, opened, await readForm(ctx));
  });
  router.patch(groupPath, async (ctx) => {
    const opened = open(ctx, "list", nameIn(ctx));
    const shown = await change(opened, nameIn(ctx), parseChange(await readJson(ctx)), ctx.state.signal);
    if (shown.outcome === "done") ctx.status = 204;
    else sendUnconfirmed(ctx, shown);
  });
  router.delete(groupPath, async (ctx) => {
    const opened = open(ctx, "delete-group", nameIn(ctx));
    await opened.remove(nameIn(ctx), ctx.URL.searchParams.has("withData"), ctx.state.signal);
    ctx.status = 204;
  });
  return router;
};

const change = async (
  opened: OpenAdministration,
  name: string,
  wanted: GroupChange,
  signal: AbortSignal,
): Promise<Shown> => {
  switch (wanted.change) {
    case "visibility":
      return opened.show(name, wanted.visibility, wanted.confirmed, signal);
    case "archived":
      await opened.archive(name, wanted.isArchived, signal);
      return { outcome: "done" };
    case "owner":
      await opened.appointOwner(name, wanted.owner, signal);
      return { outcome: "done" };
  }
};

const sendUnconfirmed = (ctx: Context, shown: Extract<Shown, { outcome: "unconfirmed" }>): void => {
  sendJson(ctx, {
    error: 'Nothing was changed: this is what anybody could see. Send "confirm": true to make it public.',
    becomesVisible: visibleJson(shown),
  });
  ctx.status = 409;
};

const sendList = async (ctx: Context, d: Deps, opened: OpenAdministration): Promise<void> => {
  const type = negotiate(ctx, ["text/html", "application/json"]);
  if (type === "application/json") return sendJson(ctx, (await opened.list(ctx.state.signal)).map(groupJson));
  await sendAdministration(ctx, d, opened);
};

interface Refused {
  readonly error: string;
  readonly form: Readonly<Record<string, string>>;
}

const sendAdministration = async (ctx: Context, d: Deps, opened: OpenAdministration, refused?: Refused) => {
  const groups = await opened.list(ctx.state.signal);
  const { appointsOwners } = opened;
  const deleted = ctx.URL.searchParams.get("deleted") ?? undefined;
  const html = renderAdministration({
    layout: d.pages.layout(ctx),
    groups,
    appointsOwners,
    refused,
    deleted,
  });
  d.pages.send(ctx, html);
};

const sendGroup = async (ctx: Context, d: Deps, opened: OpenAdministration): Promise<void> => {
  const type = negotiate(ctx, ["text/html", "application/json"]);
  const group = await opened.find(nameIn(ctx), ctx.state.signal);
  if (type === "application/json") return sendJson(ctx, groupJson(group));
  await sendGroupPage(ctx, d, opened, { isSaved: ctx.URL.searchParams.has("saved") });
};

const sendGroupPage = async (
  ctx: Context,
  d: Deps,
  opened: OpenAdministration,
  more: Pick<AdministeredGroupPage, "error" | "unconfirmed" | "isSaved">,
): Promise<void> => {
  const group = await opened.find(nameIn(ctx), ctx.state.signal);
  const { appointsOwners } = opened;
  d.pages.send(ctx, renderAdministeredGroup({ layout: d.pages.layout(ctx), group, appointsOwners, ...more }));
};

const makeGroup = async (ctx: Context, opened: OpenAdministration): Promise<void> =>
  sendMade(ctx, await opened.make(parseNewGroup(await readJson(ctx)), ctx.state.signal));

const sendMade = (ctx: Context, name: string): void => {
  sendJson(ctx, { name });
  ctx.status = 201;
  ctx.set("Location", addressOf(name));
};

/** The sentence of a failure that the page shows beside its form; others, and those for programs, are thrown. */
const sentenceOf = (ctx: Context, error: unknown): { readonly error: string; readonly status: number } => {
  const isShown = isFailure(error) && ["bad-request", "conflict"].includes(error.code) && !prefersJson(ctx);
  if (!isShown) throw error;
  return { error: error.message, status: failureStatus(error).status };
};

const redirectTo = (ctx: Context, address: string): void => {
  ctx.redirect(address);
  ctx.status = 303;
};

const submitNewGroup = async (ctx: Context, d: Deps, opened: OpenAdministration): Promise<void> => {
  const form = await readForm(ctx);
  try {
    const name = await opened.make(parseNewGroupForm(form), ctx.state.signal);
    if (prefersJson(ctx)) sendMade(ctx, name);
    else redirectTo(ctx, `${addressOf(name)}?saved`);
  } catch (cause) {
    const { error, status } = sentenceOf(ctx, cause);
    await sendAdministration(ctx, d, opened, { error, form: Object.fromEntries(form) });
    ctx.status = status;
  }
};

const submitChange = async (
  ctx: Context,
  d: Deps,
  opened: OpenAdministration,
  sent: URLSearchParams,
): Promise<void> => {
  const name = nameIn(ctx);
  const { signal } = ctx.state;
  try {
    const form = parseGroupForm(sent, name);
    if (form.change === "delete") {
      await opened.remove(name, form.withData, signal);
      return redirectTo(ctx, `/admin/groups?deleted=${encodeURIComponent(name)}`);
    }
    const shown = await change(opened, name, form, signal);
    if (shown.outcome === "done") redirectTo(ctx, `${addressOf(name)}?saved`);
    else await sendGroupPage(ctx, d, opened, { unconfirmed: visibleJson(shown) });
  } catch (cause) {
    const { error, status } = sentenceOf(ctx, cause);
    await sendGroupPage(ctx, d, opened, { error });
    ctx.status = status;
  }
};
