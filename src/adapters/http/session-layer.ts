import type Koa from "koa";
import session from "koa-session";
import type { Session, SessionId } from "../../domain/session.ts";
import type { Sessions } from "../../ports/driving/sessions.ts";
import type { Context, Middleware } from "./context.ts";
import type { CookieSettings } from "./session-cookie.ts";
import {
  cookieAttributes,
  readSessionCookie,
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
        get: (ctx) => readSessionCookie(ctx as Context, settings) ?? "",
        set: (ctx, id) => writeSessionCookie(ctx as Context, id as SessionId, settings),
      },
      genid: (ctx) => (ctx as Context).state.nextSessionId ?? sessions.newId(),
      ContextStore: contextStore(sessions),
    },
    app,
  ) as unknown as Middleware;
  const read = async (ctx: Context, id: SessionId, next: () => Promise<unknown>): Promise<void> => {
    ctx.state.session = await sessions.open(id);
    if (ctx.state.session.kind === "session") rollSessionCookie(ctx, id, settings);
    await next();
  };
  return (ctx, next) => {
    ctx.state.session = noSession;
    if (mayWrite(ctx)) return layer(ctx, next);
    const id = readSessionCookie(ctx, settings);
    return id === undefined ? next() : read(ctx, id, next);
  };
};

const noSession = { kind: "none" } as const;

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
      const credentials = await sessions.open(id as SessionId);
      this.#ctx.state.session = credentials;
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
