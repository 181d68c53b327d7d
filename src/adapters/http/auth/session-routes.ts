import Router from "@koa/router";
import { BadRequest } from "../../../domain/failure.ts";
import type { Credentials } from "../../../domain/identity/caller.ts";
import type { SessionId } from "../../../domain/sessions/session.ts";
import type { MySessions, OwnSession } from "../../../ports/driving/my-sessions.ts";
import type { Context, RequestState } from "../context.ts";
import { clearSession } from "../middleware/session-layer.ts";
import type { Pages } from "../pages/pages.ts";
import { readForm } from "../requests/form-body.ts";
import { formatTime, sendJson } from "../requests/json-response.ts";
import { negotiate } from "../requests/negotiation.ts";
import { renderMySessions } from "./my-sessions-page.ts";

interface Deps {
  readonly mySessions: MySessions;
  readonly pages: Pages;
}

/** `/sessions`: lists and ends the caller's own browser sessions. */
export const sessionRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get("/sessions", (ctx) => list(ctx, d));
  router.post("/sessions", (ctx) => submitForm(ctx, d));
  router.delete("/sessions", async (ctx) => {
    if (ctx.URL.searchParams.get("all") === "true") await endAll(ctx, d);
    else await d.mySessions.endOthers(ctx.state.caller, usedCredentials(ctx));
    ctx.status = 204;
  });
  router.delete("/sessions/:id", async (ctx) => {
    await endOne(ctx, d, ctx.params["id"] ?? "");
    ctx.status = 204;
  });
  return router;
};

/** The credentials that authenticate this request: a Bearer token takes precedence over the session cookie. */
const usedCredentials = (ctx: Context): Credentials =>
  ctx.get("Authorization") === "" ? ctx.state.session : { kind: "none" };

const list = async (ctx: Context, d: Deps): Promise<void> => {
  const sessions = await d.mySessions.list(ctx.state.caller, usedCredentials(ctx));
  const type = negotiate(ctx, ["text/html", "application/json"]);
  if (type === "application/json") return sendJson(ctx, { sessions: sessions.map(toJson) });
  d.pages.send(ctx, renderMySessions({ layout: d.pages.layout(ctx), sessions }));
};

const toJson = ({ publicId, since, lastUsed, client, isCurrent }: OwnSession) => ({
  id: publicId,
  since: formatTime(since),
  lastUsed: formatTime(lastUsed),
  client: client ?? null,
  current: isCurrent,
});

/** Handles the page's forms, which work without scripts. Cross-site requests are refused by the middleware. */
const submitForm = async (ctx: Context, d: Deps): Promise<void> => {
  const form = await readForm(ctx);
  switch (form.get("action")) {
    case "end":
      await endOne(ctx, d, form.get("id") ?? "");
      break;
    case "end-others":
      await d.mySessions.endOthers(ctx.state.caller, usedCredentials(ctx));
      break;
    default:
      throw new BadRequest("There is no such action.");
  }
  ctx.redirect(ctx.session === null ? "/" : "/sessions");
  ctx.status = 303;
};

const endOne = async (ctx: Context, d: Deps, publicId: string): Promise<void> => {
  const endedId = await d.mySessions.end(ctx.state.caller, usedCredentials(ctx), publicId);
  clearCookieIfEnded(ctx, (id) => id === endedId);
};

const endAll = async (ctx: Context, d: Deps): Promise<void> => {
  await d.mySessions.endAll(ctx.state.caller, usedCredentials(ctx));
  clearCookieIfEnded(ctx, () => true);
};

/** Clears the session cookie if the session of this request has been ended. */
const clearCookieIfEnded = (ctx: Context, isEnded: (id: SessionId) => boolean): void => {
  const current = usedCredentials(ctx);
  if (current.kind === "session" && isEnded(current.id)) clearSession(ctx);
};
