import type Koa from "koa";
import session from "koa-session";
import type { Credentials, SessionCredentials } from "../../../domain/identity/caller.ts";
import type { SessionId, SessionValues } from "../../../domain/sessions/session.ts";
import { valuesOf } from "../../../domain/sessions/session.ts";
import type { Sessions } from "../../../ports/driving/sessions.ts";
import type { Context, Middleware } from "../context.ts";
import type { CookieSettings } from "./session-cookie.ts";
import {
  cookieAttributes,
  readSessionCookies,
  rollSessionCookie,
  writeSessionCookie,
} from "./session-cookie.ts";

/**
 * Sessions over our own store. Most requests only read theirs, and roll its cookie. Where one may begin, change
 * or end, koa-session has the cookie, and loads and commits the values; logins are begun and ended by `SignIn`.
 * - A session that was not changed costs nothing: reading it has already put its expiry off.
 * - A changed one is written only if it still exists, and never its login (`Sessions.saveValues`).
 * - A store that does not answer is an outage only for who asks who the caller is, or changes a value: public things
 *   are served, and the cookie stays where it is.
 */
export const sessionLayer = (
  app: Koa,
  sessions: Sessions,
  settings: CookieSettings,
  /** Whether a request may begin, change or end its session: elsewhere there is no `ctx.session`. */
  mayWrite: (ctx: Context) => boolean = () => true,
): Middleware => {
  const layer = session(
    {
      ...cookieAttributes(settings),
      key: settings.name,
      maxAge: settings.maxAge * 1000,
      rolling: true,
      externalKey: {
        get: (ctx) => idOf((ctx as Context).state.session) ?? "",
        set: (ctx, id) => writeSessionCookie(ctx as Context, id as SessionId, settings),
      },
      genid: (ctx) => idOf((ctx as Context).state.session) ?? sessions.newId(),
      ContextStore: contextStore(sessions),
    },
    app,
  ) as unknown as Middleware;
  const read = async (
    ctx: Context,
    ids: Iterable<SessionId>,
    next: () => Promise<unknown>,
  ): Promise<void> => {
    ctx.state.session = await openFirst(sessions, ids);
    if (mayWrite(ctx)) return void (await layer(ctx, next));
    const id = idOf(ctx.state.session);
    if (id !== undefined) rollSessionCookie(ctx, id, settings);
    await next();
  };
  return (ctx, next) => {
    ctx.state.session = noSession;
    const ids = ctx.req.headers.cookie === undefined ? [] : Array.from(readSessionCookies(ctx, settings));
    if (ids.length > 0) return read(ctx, ids, next);
    return mayWrite(ctx) ? layer(ctx, next) : next();
  };
};

const noSession = { kind: "none" } as const;

const idOf = (credentials: Credentials): SessionId | undefined =>
  credentials.kind === "session" ? credentials.id : undefined;

/**
 * The first that has not ended. Beside the cookie of a session a browser may go on sending one of another that has
 * ended: with another domain, if SESSION_COOKIE_DOMAIN was changed, or from a host beside this one.
 */
const openFirst = async (sessions: Sessions, ids: Iterable<SessionId>): Promise<Credentials> => {
  for (const id of new Set(ids)) {
    const credentials = await sessions.open(id);
    if (credentials.kind !== "none") return credentials;
  }
  return noSession;
};

/** For one request, whose session is what `ctx.state` holds. */
const contextStore = (sessions: Sessions) =>
  class {
    readonly #ctx: Context;

    constructor(ctx: unknown) {
      this.#ctx = ctx as Context;
    }

    /** The values alone: koa-session looks twice at each whether it was changed, and a login is long. */
    async get(id: string): Promise<SessionValues | undefined> {
      const { session } = this.#ctx.state;
      return session.kind === "session" && session.id === id ? valuesOf(session.stored.session) : undefined;
    }

    /** koa-session's own marks are left out: our sessions expire by the store's clock, and roll without a rewrite. */
    async set(
      id: string,
      { _expire, _maxAge, ...values }: SessionValues,
      _: unknown,
      { changed }: { readonly changed: boolean },
    ): Promise<void> {
      const { state } = this.#ctx;
      if (idOf(state.session) !== id) {
        if (state.session.kind !== "session-unavailable")
          state.session = await sessions.begin(id as SessionId, values);
        // It may have been begun all the same; a second try would find its id taken.
        if (state.session.kind === "session-unavailable") throw state.session.cause;
      } else if (changed) await sessions.saveValues(id as SessionId, values);
    }

    async destroy(id: string): Promise<void> {
      if (idOf(this.#ctx.state.session) !== id) return;
      await sessions.end(id as SessionId);
      this.#ctx.state.session = noSession;
    }
  };

/** Gives the browser the cookie of a session that has begun, in place of the one that it had. */
export const adoptSession = async (ctx: Context, begun: SessionCredentials): Promise<void> => {
  if (!ctx.session) throw new Error("the session layer is missing");
  ctx.state.session = begun;
  await ctx.session.regenerate();
};

/** Takes the cookie of a session that has ended from the browser. */
export const leaveSession = (ctx: Context): void => {
  ctx.state.session = noSession;
  ctx.session = null;
};
