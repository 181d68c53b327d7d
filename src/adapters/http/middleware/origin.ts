import type { Socket } from "node:net";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import { BadRequest } from "../../../domain/failure.ts";
import { memoize } from "../../../domain/memoize.ts";
import type { Context, Middleware } from "../context.ts";

/** How the server learns under which origin a browser sees it. */
export type OriginRules =
  /** With demo accounts: this machine's browsers only, straight to us. */
  | { readonly kind: "loopback" }
  /** Development with a provider of one's own: straight to us, forwarded headers mean nothing. */
  | { readonly kind: "direct"; readonly origins: readonly string[] }
  /** Through proxies, whose addresses (or ranges) are these; the nearest one's headers count. */
  | {
      readonly kind: "proxied";
      readonly proxies: readonly string[];
      /** The only ones the server may be known by; empty: any. */
      readonly origins: readonly string[];
      readonly httpsOnly: boolean;
      /** For how long browsers are to come by https only (RFC 6797), in seconds; 0: nothing is said of it. */
      readonly hstsMaxAge: number;
    };

/** What a request's scheme and hosts come to. */
interface Seen {
  readonly origin: string;
  readonly isHttps: boolean;
  /** Where the browser should have come to instead. */
  readonly better: string | undefined;
}

/** Anybody can send any name; a site has few. Cached with the proxies' addresses, which saves 6 % of a `/whoami`. */
const maxCachedOrigins = 100;

const forwardedHeaders = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"] as const;

/**
 * Sets the request's origin, the only source of redirect targets, cookies' attributes and links; refuses
 * requests whose origin cannot be told. In production plain http is sent on to https.
 */
export const determineOrigin = (rules: OriginRules): Middleware => {
  const isTrusted = rules.kind === "proxied" ? socketMatcher(rules.proxies) : () => false;
  const pinned = rules.kind === "loopback" ? [] : rules.origins;
  const httpsOnly = rules.kind === "proxied" && rules.httpsOnly;
  const hsts = rules.kind === "proxied" && rules.hstsMaxAge > 0 ? `max-age=${rules.hstsMaxAge}` : undefined;
  const cache = new LRUCache<string, Seen>({ max: maxCachedOrigins });
  const see = (scheme: string, own: string, host: string): Seen => {
    const name = `${scheme} ${own} ${host}`;
    const hit = cache.get(name);
    if (hit) return hit;
    const url = new URL(`${scheme}://${validHost(own, host)}`);
    const better = betterOrigin(url, httpsOnly, pinned);
    requirePinned(pinned, better ?? url.origin);
    const seen = { origin: url.origin, isHttps: url.protocol === "https:", better };
    cache.set(name, seen);
    return seen;
  };
  return (ctx, next) => {
    if (rules.kind === "loopback") refuseStrangers(ctx);
    keepOriginForm(ctx);
    const forwarded = isTrusted(ctx.req.socket);
    const seen = see(schemeOf(ctx, forwarded), onlyHost(ctx), hostOf(ctx, forwarded));
    ctx.state.origin = seen.origin;
    ctx.state.isForwarded = forwarded;
    if (seen.better !== undefined) return sendTo(ctx, seen.better);
    // Koa's cookies refuse to be secure unless told that the browser's side of the proxy is.
    if (rules.kind === "proxied") ctx.cookies.secure = seen.isHttps;
    if (hsts !== undefined && seen.isHttps) ctx.res.setHeader("Strict-Transport-Security", hsts);
    return next();
  };
};

/**
 * Leaves a path with its query as the request's target, which is what everybody behind us makes of it. A
 * client may send a whole URL (RFC 9112 section 3.2.2), which must not get into a redirect.
 */
const keepOriginForm = (ctx: Context): void => {
  const target = ctx.req.url ?? "";
  if (target.startsWith("/")) return;
  const [, authority, rest = ""] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
  if (authority === undefined || authority.toLowerCase() !== ctx.get("Host").toLowerCase()) {
    throw new BadRequest("A request's target has to be a path of this server.");
  }
  ctx.url = rest.startsWith("/") ? rest : `/${rest}`;
  ctx.originalUrl = ctx.url;
};

/** Where the browser should have come to instead: by https, and without "www." unless that is our name. */
const betterOrigin = (seen: URL, httpsOnly: boolean, pinned: readonly string[]): string | undefined => {
  if (!(httpsOnly && seen.protocol === "http:") && !seen.hostname.startsWith("www.")) return undefined;
  const better = new URL(seen);
  if (httpsOnly) better.protocol = "https:";
  if (better.hostname.startsWith("www.") && !pinned.includes(better.origin)) {
    better.hostname = better.hostname.slice("www.".length);
  }
  return better.origin === seen.origin ? undefined : better.origin;
};

/** Clients make a GET of a redirected upload, and lose it, unless the status forbids that. */
const sendTo = (ctx: Context, origin: string): void => {
  if (ctx.method !== "GET" && ctx.method !== "HEAD") ctx.status = 307;
  ctx.redirect(origin + ctx.url);
};

const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Somebody forgot NODE_ENV=production behind a proxy, or a stranger's page rebinds its name to this machine. */
const refuseStrangers = (ctx: Context): void => {
  if (forwardedHeaders.some((name) => ctx.get(name) !== "")) {
    throw new BadRequest(
      "This server runs with demo accounts, for this machine only, and this request came through a proxy. " +
        "Set NODE_ENV=production and configure an identity provider to use it behind one.",
    );
  }
  if (!loopbackHost.test(ctx.get("Host"))) {
    throw new BadRequest(
      "This server runs with demo accounts, for this machine only: open it as localhost or 127.0.0.1.",
    );
  }
};

/** As `ctx.get` has it, which looks at the name first to find out which header it is. */
const oneHeader = (ctx: Context, name: "host" | "x-forwarded-host" | "x-forwarded-proto"): string => {
  const value = ctx.req.headers[name];
  return Array.isArray(value) ? value.join(", ") : (value ?? "");
};

const schemeOf = (ctx: Context, forwarded: boolean): "http" | "https" => {
  const named = (forwarded && oneHeader(ctx, "x-forwarded-proto")) || "";
  if (named === "https") return named;
  if (named === "") return ctx.req.socket && "encrypted" in ctx.req.socket ? "https" : "http";
  const [first = ""] = named.split(",").map((scheme) => scheme.trim().toLowerCase());
  if (first !== "http" && first !== "https")
    throw new BadRequest("X-Forwarded-Proto has to be http or https.");
  return first;
};

/** A host name or address and perhaps a port; no user, no path, and no second value. */
const plainHost = /^([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])\.?(:\d{1,5})?$/i;

/** A name in DNS has 253 characters at most, and a dot and a port may follow. It is repeated in cookies and redirects. */
const maxHostLength = 260;

const isHost = (text: string): boolean =>
  text.length <= maxHostLength && plainHost.test(text) && URL.canParse(`http://${text}`);

const hostRefusal = () => new BadRequest("The Host header of this request is missing or makes no sense.");

/** The Host header; Node keeps the first of several, and proxies may have looked at another (RFC 9112 section 3.2). */
const onlyHost = (ctx: Context): string => {
  const { rawHeaders } = ctx.req;
  let found = 0;
  // Names and values take turns.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === "host") found += 1;
  }
  if (found !== 1) throw hostRefusal();
  return oneHeader(ctx, "host");
};

const hostOf = (ctx: Context, forwarded: boolean): string =>
  (forwarded && oneHeader(ctx, "x-forwarded-host")) || oneHeader(ctx, "host");

const validHost = (own: string, host: string): string => {
  if (![own, host].every(isHost)) throw hostRefusal();
  return host.replace(/\.(?=:\d+$|$)/, "");
};

const requirePinned = (pinned: readonly string[], origin: string): void => {
  if (pinned.length === 0 || pinned.includes(origin)) return;
  throw new BadRequest("This server is not known under this name.");
};

/** Matches connections, whose remote address never changes, so that it is parsed once for each. */
const socketMatcher = (allowed: readonly string[]): ((socket: Socket) => boolean) => {
  const matches = addressMatcher(allowed);
  return memoize((socket) => matches(socket.remoteAddress ?? ""));
};

/** Matches socket addresses against addresses and ranges in CIDR notation; IPv4 may come as mapped IPv6. */
const addressMatcher = (allowed: readonly string[]): ((address: string) => boolean) => {
  const ranges = allowed.map(rangeOf);
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
  };
};

const mappedBits = 96;

const rangeOf = (entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] => {
  const [range, bits] = ipaddr.parseCIDR(entry.includes("/") ? entry : `${entry}/${hostBits(entry)}`);
  const isMapped = range instanceof ipaddr.IPv6 && range.isIPv4MappedAddress() && bits >= mappedBits;
  return isMapped ? [range.toIPv4Address(), bits - mappedBits] : [range, bits];
};

const hostBits = (address: string): number => (ipaddr.parse(address).kind() === "ipv4" ? 32 : 128);
