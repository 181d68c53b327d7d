import type { IncomingMessage, ServerResponse } from "node:http";
import Koa from "koa";
import type { Group } from "../../domain/groups/group.ts";
import type { Site } from "../../domain/site.ts";
import type { AuspiceClient } from "../../ports/driven/resources/auspice-client.ts";
import type { Compression } from "../../ports/driven/resources/compression.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { OpenLimiter } from "../../ports/driven/system/limiter.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { Random } from "../../ports/driven/system/random.ts";
import type { BackchannelLogout } from "../../ports/driving/backchannel-logout.ts";
import type { Discovery } from "../../ports/driving/discovery.ts";
import type { GroupAdministration } from "../../ports/driving/group-administration.ts";
import type { Groups } from "../../ports/driving/groups.ts";
import type { Readiness } from "../../ports/driving/health.ts";
import type { IdentifyCaller } from "../../ports/driving/identify-caller.ts";
import type { MySessions } from "../../ports/driving/my-sessions.ts";
import type { AccessRequests } from "../../ports/driving/people/access-requests.ts";
import type { Invitations } from "../../ports/driving/people/invitations.ts";
import type { Sessions } from "../../ports/driving/sessions.ts";
import type { SignIn } from "../../ports/driving/sign-in.ts";
import { assetRoutes } from "./assets/asset-routes.ts";
import { backchannelLogoutRoute } from "./auth/backchannel-logout-route.ts";
import { sessionRoutes } from "./auth/session-routes.ts";
import { signInRoutes } from "./auth/sign-in-routes.ts";
import { charonRoutes } from "./charon/charon-routes.ts";
import type { Context, Middleware, RequestState } from "./context.ts";
import { discoveryRoutes } from "./discovery/discovery-routes.ts";
import { logoRoute } from "./groups/logo-route.ts";
import { accessRequestRoutes } from "./groups/members/access-request-routes.ts";
import { groupInvitationRoutes } from "./groups/members/group-invitation-routes.ts";
import { memberRoutes } from "./groups/members/member-routes.ts";
import type { ImagePolicy } from "./groups/overview/image-policy.ts";
import type { Overviews } from "./groups/overview/overview.ts";
import { settingsRoutes } from "./groups/settings/settings-routes.ts";
import { healthRoutes } from "./health/health-routes.ts";
import { helpRoute } from "./help/help-route.ts";
import { invitationRoutes } from "./invitations/invitation-routes.ts";
import { compressResponses } from "./middleware/compress-responses.ts";
import { identify } from "./middleware/credentials.ts";
import { rejectCrossSite } from "./middleware/cross-site.ts";
import { handleErrors } from "./middleware/error-handler.ts";
import type { OriginRules } from "./middleware/origin.ts";
import { determineOrigin } from "./middleware/origin.ts";
import { requestLog } from "./middleware/request-log.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import type { CookieSettings } from "./middleware/session-cookie.ts";
import { sessionLayer } from "./middleware/session-layer.ts";
import { rejectTraversal } from "./middleware/traversal.ts";
import { notFoundPage, pageRoutes } from "./pages/page-routes.ts";
import { pages } from "./pages/pages.ts";
import { combineRouters } from "./requests/combine-routers.ts";
import { lazyRoutes } from "./requests/lazy-routes.ts";
import { limitAcceptHeaders } from "./requests/negotiation.ts";
import { resourceRoutes } from "./resources/resource-routes.ts";
import { secretGuesses } from "./secret-addresses/secret-guesses.ts";
import { secretLogin } from "./secret-addresses/secret-login.ts";
import { admission } from "./streaming/admission.ts";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface ServerDeps {
  readonly groups: Groups;
  readonly invitations: Invitations;
  readonly accessRequests: AccessRequests;
  /** Has the groups made here read anew when that is due; undefined: it is not. */
  readonly refreshGroups: () => Promise<void> | undefined;
  /** Loads what administrators do, which few requests need. */
  readonly openAdministration: () => Promise<GroupAdministration>;
  readonly sessions: Sessions;
  readonly mySessions: MySessions;
  readonly backchannelLogout: BackchannelLogout;
  readonly identifyCaller: IdentifyCaller;
  readonly signIn: SignIn;
  readonly discovery: Discovery;
  readonly readiness: Readiness;
  readonly compression: Compression;
  readonly auspice: AuspiceClient;
  readonly overviews: Overviews;
  readonly clock: Clock;
  readonly random: Random;
  readonly limiters: OpenLimiter;
  readonly log: Log;
  readonly cookies: CookieSettings;
  /** What the operator says of the site, on every page. */
  readonly site: Site;
  readonly origin: OriginRules;
  readonly admissionLimits: Parameters<typeof admission>[0];
  /** Which hosts' images the pages of a group may show; undefined: pages that belong to no group. */
  readonly imagePolicyFor: (group: Group | undefined) => ImagePolicy;
  /** The provider's origins, to which a logout redirects, for the policy's form-action; empty while they are not known. */
  readonly formActionOrigins: () => readonly string[];
  /** The embedded provider, which handles all requests below `/idp`. */
  readonly embeddedProvider: RequestHandler | undefined;
}

/** The HTTP application. Its middleware runs in the order in which it is written here. */
export const server = (d: ServerDeps): RequestHandler => {
  const app = new Koa<RequestState>();
  const admitted = admission(d.admissionLimits);
  const pageDeps = { ...d, admission: admitted, pages: pages(d), secretGuesses: secretGuesses(d.limiters) };
  app.use(requestLog(d));
  app.use(securityHeaders());
  app.use(limitAcceptHeaders());
  // For errors of the session layer and of the middleware before it.
  app.use(handleErrors(d));
  app.use(healthRoutes(d.readiness));
  app.use(determineOrigin(d.origin));
  app.use(rejectTraversal());
  if (d.embeddedProvider) app.use(delegateToProvider(d.embeddedProvider));
  app.use(compressResponses());
  app.use(assetRoutes(d.auspice, d.site));
  app.use(discoveryRoutes(d.discovery));
  // The provider sends logout tokens without cookies, so neither sessions nor the CSRF check apply.
  app.use(backchannelLogoutRoute(d.backchannelLogout));
  app.use(sessionLayer(app as Koa, d.sessions, d.cookies, mayWriteSession));
  // Inside the session layer, so that error responses keep its cookies.
  app.use(handleErrors(d, { ...pageDeps, notFoundPage: notFoundPage(pageDeps) }));
  app.use(rejectCrossSite(d.cookies));
  app.use(withPath(/^\/log/i, signInRoutes(pageDeps).routes() as Middleware));
  app.use(identify(d.identifyCaller, d.refreshGroups));
  app.use(secretLogin(pageDeps));
  const ownRouters = [
    pageRoutes(pageDeps),
    sessionRoutes(pageDeps),
    invitationRoutes(pageDeps),
    helpRoute(pageDeps),
  ];
  app.use(combineRouters(ownRouters).routes());
  const loadAdministration = async () => {
    const { administrationRoutes } = await import("./administration/administration-routes.ts");
    const administration = await d.openAdministration();
    return administrationRoutes({ ...pageDeps, administration }).routes() as Middleware;
  };
  app.use(withPath(/^\/admin(\/|$)/i, lazyRoutes(loadAdministration)));
  const groupRouters = [
    memberRoutes(pageDeps),
    groupInvitationRoutes(pageDeps),
    accessRequestRoutes(pageDeps),
    settingsRoutes(pageDeps),
    logoRoute(pageDeps),
    resourceRoutes(pageDeps),
  ];
  app.use(combineRouters([charonRoutes(pageDeps), ...groupRouters]).routes());
  app.on("error", (cause: unknown) => {
    if (!isDisconnect(cause)) d.log.write({ event: "background", what: "an answer broke off", cause });
  });
  return app.callback();
};

/** Whether a request may begin or end a session: logins, logouts, and the page on which users end their sessions. */
const mayWriteSession = (ctx: Context): boolean => /^\/(logged-in|logout|sessions)(\/|$)/i.test(ctx.path);

/** Runs routes for matching paths only, so that the router need not match all others. */
const withPath =
  (pattern: RegExp, routes: Middleware): Middleware =>
  (ctx, next) =>
    pattern.test(ctx.path) ? routes(ctx, next) : next();

const disconnectCodes = ["ECONNABORTED", "ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"];

/** A client that disconnects during a download is no error (http-api.md section 5). */
const isDisconnect = (error: unknown): boolean =>
  error instanceof Error && "code" in error && disconnectCodes.includes(String(error.code));

/** Hands requests below `/idp` to the provider, which writes to the raw response, without the headers set so far. */
const delegateToProvider =
  (handler: RequestHandler): Middleware =>
  async (ctx, next) => {
    if (!/^\/idp(\/|$|\?)/.test(ctx.url)) return next();
    ctx.respond = false;
    for (const name of Object.keys(ctx.response.headers)) ctx.remove(name);
    ctx.res.statusCode = 200;
    handler(ctx.req, ctx.res);
  };
