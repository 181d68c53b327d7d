import type { IncomingMessage, ServerResponse } from "node:http";
import Koa from "koa";
import type { Group } from "../../domain/groups/group.ts";
import type { AuspiceClient } from "../../ports/driven/resources/auspice-client.ts";
import type { Compression } from "../../ports/driven/resources/compression.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { Random } from "../../ports/driven/system/random.ts";
import type { BackchannelLogout } from "../../ports/driving/backchannel-logout.ts";
import type { Discovery } from "../../ports/driving/discovery.ts";
import type { Groups } from "../../ports/driving/groups.ts";
import type { Readiness } from "../../ports/driving/health.ts";
import type { IdentifyCaller } from "../../ports/driving/identify-caller.ts";
import type { MySessions } from "../../ports/driving/my-sessions.ts";
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
import type { ImageRule } from "./groups/overview/image-rule.ts";
import type { Overviews } from "./groups/overview/overview.ts";
import { settingsRoutes } from "./groups/settings/settings-routes.ts";
import { healthRoutes } from "./health/health-routes.ts";
import { compressAnswers } from "./middleware/compress-answers.ts";
import { identify } from "./middleware/credentials.ts";
import { refuseCrossSite } from "./middleware/cross-site.ts";
import { answerFailures } from "./middleware/failure-response.ts";
import type { OriginRules } from "./middleware/origin.ts";
import { determineOrigin } from "./middleware/origin.ts";
import { requestLog } from "./middleware/request-log.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import type { CookieSettings } from "./middleware/session-cookie.ts";
import { sessionLayer } from "./middleware/session-layer.ts";
import { refuseTraversal } from "./middleware/traversal.ts";
import { pages } from "./pages/page-answer.ts";
import { notFoundPage, pageRoutes } from "./pages/page-routes.ts";
import { boundPreferences } from "./requests/negotiation.ts";
import { oneRouter } from "./requests/one-router.ts";
import { resourceRoutes } from "./resources/resource-routes.ts";
import { admission } from "./streaming/admission.ts";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface ServerDeps {
  readonly groups: Groups;
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
  readonly log: Log;
  readonly cookies: CookieSettings;
  readonly origin: OriginRules;
  readonly admissionLimits: Parameters<typeof admission>[0];
  /** Which other hosts' images the pages of a group show; undefined: those of none. */
  readonly imagesFor: (group: Group | undefined) => ImageRule;
  /** Origins of the provider, where the logout button's redirect leads, as far as they are known by now. */
  readonly formTargets: () => readonly string[];
  /** The embedded provider, which answers everything below `/idp`. */
  readonly embeddedProvider: RequestHandler | undefined;
}

/** Answers requests. The order in which middleware sees them is written here, top to bottom. */
export const server = (d: ServerDeps): RequestHandler => {
  const app = new Koa<RequestState>();
  const admitted = admission(d.admissionLimits);
  const pageDeps = { ...d, admission: admitted, pages: pages(d) };
  app.use(requestLog(d));
  app.use(securityHeaders());
  app.use(boundPreferences());
  // Outside of everything, for what fails below before a session is there, and in the session layer itself.
  app.use(answerFailures(d.log));
  app.use(healthRoutes(d.readiness));
  app.use(determineOrigin(d.origin));
  app.use(refuseTraversal());
  if (d.embeddedProvider) app.use(embedded(d.embeddedProvider));
  app.use(compressAnswers());
  app.use(assetRoutes(d.auspice));
  app.use(discoveryRoutes(d.discovery));
  // Outside of sessions and of the check for other sites' pages: no cookie counts there.
  app.use(backchannelLogoutRoute(d.backchannelLogout));
  app.use(sessionLayer(app as Koa, d.sessions, d.cookies, mayWriteSession));
  // Inside the session layer, so that a failure's answer keeps its cookies.
  app.use(answerFailures(d.log, { cookies: d.cookies, notFoundPage: notFoundPage(pageDeps) }));
  app.use(refuseCrossSite(d.cookies));
  app.use(below(/^\/log/i, signInRoutes(pageDeps).routes() as Middleware));
  app.use(identify(d.identifyCaller));
  app.use(oneRouter([pageRoutes(pageDeps), sessionRoutes(pageDeps)]).routes());
  const aboutGroups = [settingsRoutes(pageDeps), logoRoute(pageDeps), resourceRoutes(pageDeps)];
  app.use(oneRouter([charonRoutes(pageDeps), ...aboutGroups]).routes());
  app.on("error", (cause: unknown) => {
    if (!isDeparture(cause)) d.log.write({ event: "background", what: "an answer broke off", cause });
  });
  return app.callback();
};

/** Logins and logouts, and the page where one's sessions can be ended. */
const mayWriteSession = (ctx: Context): boolean => /^\/(logged-in|logout|sessions)(\/|$)/i.test(ctx.path);

/** Spares all other addresses a look at these routes. */
const below =
  (beginning: RegExp, routes: Middleware): Middleware =>
  (ctx, next) =>
    beginning.test(ctx.path) ? routes(ctx, next) : next();

const departures = ["ECONNABORTED", "ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"];

/** A client that goes away during a download is no fault of anybody's (http-api.md section 5). */
const isDeparture = (error: unknown): boolean =>
  error instanceof Error && "code" in error && departures.includes(String(error.code));

/** The provider answers by itself, and expects to be at the root of its addresses. */
const embedded =
  (handler: RequestHandler): Middleware =>
  async (ctx, next) => {
    if (!/^\/idp(\/|$|\?)/.test(ctx.url)) return next();
    ctx.respond = false;
    for (const name of Object.keys(ctx.response.headers)) ctx.remove(name);
    ctx.res.statusCode = 200;
    handler(ctx.req, ctx.res);
  };
