import Router from "@koa/router";
import { BadRequest } from "../../../domain/failure.ts";
import type { Invitations, OpenInvitation } from "../../../ports/driving/people/invitations.ts";
import type { Context, RequestState } from "../context.ts";
import { groupHref } from "../pages/hrefs.ts";
import type { Pages } from "../pages/pages.ts";
import { isForm, readForm } from "../requests/form-body.ts";
import { readJson } from "../requests/json-body.ts";
import { sendJson } from "../requests/json-response.ts";
import { negotiate } from "../requests/negotiation.ts";
import type { SecretGuesses } from "../secret-addresses/secret-guesses.ts";
import { renderDeclined, renderInvitation } from "./invitation-page.ts";

interface Deps {
  readonly invitations: Invitations;
  readonly secretGuesses: SecretGuesses;
  readonly pages: Pages;
}

const path = "/invitations/:secret";

/** `/invitations/<secret>`, for who has been invited. Whoever is not logged in begins a login there (`secretLogin`). */
export const invitationRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.get(path, async (ctx) => {
    const invitation = await open(ctx, d);
    const type = negotiate(ctx, ["text/html", "application/json"]);
    if (type === "application/json") return sendJson(ctx, toJson(invitation));
    d.pages.send(ctx, renderInvitation({ layout: d.pages.layout(ctx), invitation }));
  });
  router.post(path, async (ctx) => {
    const invitation = await open(ctx, d);
    if (await readDecision(ctx)) await accept(ctx, invitation);
    else await decline(ctx, d, invitation);
  });
  return router;
};

const open = (ctx: Context, { invitations, secretGuesses }: Deps): Promise<OpenInvitation> =>
  secretGuesses.count(ctx, () =>
    invitations.open(ctx.state.caller, ctx["params"]["secret"] ?? "", ctx.state.signal),
  );

const toJson = ({ group, role, invitedBy, note, until, expires }: OpenInvitation) => ({
  group: group.name,
  role,
  invitedBy,
  note,
  until,
  expires,
});

/** Whether it is accepted: `accept=yes` or `accept=no` of the page's form, `{"accept": true}` or `false` of a program. */
const readDecision = async (ctx: Context): Promise<boolean> => {
  const decision = isForm(ctx) ? (await readForm(ctx)).get("accept") : (await readJson(ctx))["accept"];
  if (decision === "yes" || decision === true) return true;
  if (decision === "no" || decision === false) return false;
  throw new BadRequest('Say whether you accept: {"accept": true} or {"accept": false}.');
};

const accept = async (ctx: Context, invitation: OpenInvitation): Promise<void> => {
  await invitation.accept(ctx.state.signal);
  if (!isForm(ctx)) {
    const { group, role, until } = invitation;
    return sendJson(ctx, { group: group.name, role, until });
  }
  ctx.redirect(groupHref(invitation.group.name));
  ctx.status = 303;
};

const decline = async (ctx: Context, d: Deps, invitation: OpenInvitation): Promise<void> => {
  await invitation.decline(ctx.state.signal);
  if (isForm(ctx)) d.pages.send(ctx, renderDeclined({ layout: d.pages.layout(ctx), invitation }));
  else ctx.status = 204;
};
