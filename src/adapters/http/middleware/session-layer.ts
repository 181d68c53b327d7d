import type Koa from "koa";
import session from "koa-session";
import type { Credentials } from "../../../domain/identity/caller.ts";
import type { Session, SessionId } from "../../../domain/sessions/session.ts";
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
 * or end, koa-session decides when, and this file what a write means, since koa-session writes without condition:
 * - a session that was not changed costs nothing: reading it has already put its expiry off;
 * - a changed one is written only if it still exists, and never its login (`Sessions.saveValues`);
 * - a store that does not answer is held until somebody asks who the caller is, so that public things are
 *   served, and the cookie stays where it is.
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
      genid: (ctx) => (ctx as Context).state.nextSessionId ?? sessions.newId(),
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

/** koa-session's own marks inside a record; ours expire by the store's clock, and roll without a rewrite. */
const withoutMarks = ({ _expire, _maxAge, ...session }: Record<string, unknown>): Session =>
  session as Session;

/** A store for one request, which remembers what the request found and what it has written. */
const contextStore = (sessions: Sessions) =>
  class {
    #found: string | undefined;
    #begun: Promise<void> | undefined;
    #written: string | undefined;
    readonly #ctx: Context;

    constructor(ctx: unknown) {
      this.#ctx = ctx as Context;
    }

    /** The values alone: koa-session looks twice at each whether it was changed, and a login is long. */
    async get(id: string): Promise<Session | undefined> {
      const credentials = this.#ctx.state.session;
      if (credentials.kind !== "session") return undefined;
      this.#found = id;
      const { login: _, ...values } = credentials.stored.session;
      return values;
    }

    async set(id: string, record: Record<string, unknown>, _: unknown, { changed }: { changed: boolean }) {
      if (this.#found === id && !changed) return;
      const session = withoutMarks(record);
      const text = JSON.stringify(session);
      if (this.#found === id) {
        await sessions.saveValues(id as SessionId, session);
      } else if (text !== this.#written) {
        // regenerate() writes at once and the request's end again, both times as new: only the first is, also
        // when it failed, since it may have been done all the same.
        const isFirst = this.#begun === undefined;
        this.#begun ??= sessions.begin(id as SessionId, session);
        await this.#begun;
        if (!isFirst) await sessions.saveValues(id as SessionId, session);
        this.#written = text;
      }
    }

    async destroy(id: string): Promise<void> {
      const { session } = this.#ctx.state;
      if (this.#found === id && session.kind === "session") {
        await sessions.end(id as SessionId);
      } else if (this.#written !== undefined) await sessions.end(id as SessionId);
    }
  };
