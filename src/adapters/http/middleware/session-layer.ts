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
 * Loads the session of each request. Most requests only read it, and its cookie gets a new expiry (rolling); where
 * `mayWrite` is true, koa-session sets the cookie and commits the values. `SignIn` begins and ends logins.
 * - An unchanged session is not written, since loading has touched it.
 * - A changed one is written only if it still exists, and without its login (`Sessions.saveValues`).
 * - When the store is unavailable, requests fail only where they need the caller's identity or change a value: public
 *   data is served, and the cookie stays.
 */
export const sessionLayer = (
  app: Koa,
  sessions: Sessions,
  settings: CookieSettings,
  /** Whether a request may begin, change or end its session. Elsewhere `ctx.session` is undefined. */
  mayWrite: (ctx: Context) => boolean = () => true,
): Middleware => {
  const koaSession = session(
    {
      ...cookieAttributes(settings),
      key: settings.name,
      maxAge: settings.maxAge * 1000,
      rolling: true,
      externalKey: {
        get: (ctx) => sessionIdOf((ctx as Context).state.session) ?? "",
        set: (ctx, id) => writeSessionCookie(ctx as Context, id as SessionId, settings),
      },
      genid: (ctx) => sessionIdOf((ctx as Context).state.session) ?? sessions.newId(),
      ContextStore: contextStore(sessions),
    },
    app,
  ) as unknown as Middleware;
  const withStoredSession = async (
    ctx: Context,
    ids: Iterable<SessionId>,
    next: () => Promise<unknown>,
  ): Promise<void> => {
    ctx.state.session = await openFirstActive(sessions, ids);
    if (mayWrite(ctx)) return void (await koaSession(ctx, next));
    const id = sessionIdOf(ctx.state.session);
    if (id !== undefined) rollSessionCookie(ctx, id, settings);
    await next();
  };
  return (ctx, next) => {
    ctx.state.session = noSession;
    const ids = ctx.req.headers.cookie === undefined ? [] : Array.from(readSessionCookies(ctx, settings));
    if (ids.length > 0) return withStoredSession(ctx, ids, next);
    return mayWrite(ctx) ? koaSession(ctx, next) : next();
  };
};

const noSession = { kind: "none" } as const;

const sessionIdOf = (credentials: Credentials): SessionId | undefined =>
  credentials.kind === "session" ? credentials.id : undefined;

/**
 * Opens the first session that has not ended. A browser may also send the cookie of an ended one, which has another
 * Domain attribute because SESSION_COOKIE_DOMAIN was changed, or was set by a sibling host.
 */
const openFirstActive = async (sessions: Sessions, ids: Iterable<SessionId>): Promise<Credentials> => {
  for (const id of new Set(ids)) {
    const credentials = await sessions.open(id);
    if (credentials.kind !== "none") return credentials;
  }
  return noSession;
};

/** koa-session's store for one request. It reads from `ctx.state`, where the session has been loaded already. */
const contextStore = (sessions: Sessions) =>
  class {
    readonly #ctx: Context;

    constructor(ctx: unknown) {
      this.#ctx = ctx as Context;
    }

    /** Returns the values without the login, which is long: koa-session hashes everything twice to detect changes. */
    async get(id: string): Promise<SessionValues | undefined> {
      const { session } = this.#ctx.state;
      return session.kind === "session" && session.id === id ? valuesOf(session.stored.session) : undefined;
    }

    /** Drops koa-session's own expiry: our sessions expire by the store's clock, and are touched without a rewrite. */
    async set(
      id: string,
      { _expire, _maxAge, ...values }: SessionValues,
      _: unknown,
      { changed }: { readonly changed: boolean },
    ): Promise<void> {
      const { state } = this.#ctx;
      if (sessionIdOf(state.session) !== id) {
        if (state.session.kind !== "session-unavailable")
          state.session = await sessions.begin(id as SessionId, values);
        // No retry: the session may have been created nevertheless, and its id be taken.
        if (state.session.kind === "session-unavailable") throw state.session.cause;
      } else if (changed) await sessions.saveValues(id as SessionId, values);
    }

    async destroy(id: string): Promise<void> {
      if (sessionIdOf(this.#ctx.state.session) !== id) return;
      await sessions.end(id as SessionId);
      this.#ctx.state.session = noSession;
    }
  };

/** Replaces the request's session by one that `SignIn` has begun, and sets its cookie. */
export const switchSession = async (ctx: Context, credentials: SessionCredentials): Promise<void> => {
  if (!ctx.session) throw new Error("the session layer is missing");
  ctx.state.session = credentials;
  await ctx.session.regenerate();
};

/** Clears the cookie of a session that has ended. */
export const clearSession = (ctx: Context): void => {
  ctx.state.session = noSession;
  ctx.session = null;
};
