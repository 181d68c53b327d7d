import type { Socket } from "node:net";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import { BadRequest } from "../../../domain/failure.ts";
import { memoize } from "../../../domain/memoize.ts";
import type { Context, Middleware } from "../context.ts";

/** How the server determines the origin (RFC 6454) that browsers use for it. */
export type OriginRules =
  /** With demo accounts: only direct requests from browsers on this machine. */
  | { readonly kind: "loopback" }
  /** In development with a configured provider: only direct requests, whose forwarded headers are ignored. */
  | { readonly kind: "direct"; readonly origins: readonly string[] }
  /** Behind trusted proxies, given by addresses or CIDR ranges; the headers of the nearest one count. */
  | {
      readonly kind: "proxied";
      readonly proxies: readonly string[];
      /** The allowed origins; empty: any. */
      readonly origins: readonly string[];
      readonly httpsOnly: boolean;
      /** `max-age` of Strict-Transport-Security (RFC 6797), in seconds; 0: no such header. */
      readonly hstsMaxAge: number;
    };

/** The origin of links that are passed on to others: the first of `PUBLIC_ORIGIN`, or the request's. */
export const publicOrigin = (ctx: Context, rules: OriginRules): string =>
  (rules.kind === "loopback" ? undefined : rules.origins[0]) ?? ctx.state.origin;

/** The origin of a request's scheme and hosts. */
interface ResolvedOrigin {
  readonly origin: string;
  readonly isHttps: boolean;
  /** The origin that the client is redirected to, if it used another one. */
  readonly canonical: string | undefined;
}

/** Clients may send any name, but a site has few. This cache and that of `socketMatcher` save 6 % of a `/whoami`. */
const maxCachedOrigins = 100;

const forwardedHeaders = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"] as const;

/**
 * Sets `ctx.state.origin`, the only source of redirect targets, cookie attributes and links. In production http is
 * redirected to https. Throws BadRequest when the origin is ambiguous or not allowed.
 */
export const determineOrigin = (rules: OriginRules): Middleware => {
  const isTrusted = rules.kind === "proxied" ? socketMatcher(rules.proxies) : () => false;
  const allowedOrigins = rules.kind === "loopback" ? [] : rules.origins;
  const httpsOnly = rules.kind === "proxied" && rules.httpsOnly;
  const hsts = rules.kind === "proxied" && rules.hstsMaxAge > 0 ? `max-age=${rules.hstsMaxAge}` : undefined;
  const cache = new LRUCache<string, ResolvedOrigin>({ max: maxCachedOrigins });
  const resolve = (scheme: string, hostHeader: string, host: string): ResolvedOrigin => {
    const cacheKey = `${scheme} ${hostHeader} ${host}`;
    const hit = cache.get(cacheKey);
    if (hit) return hit;
    const url = new URL(`${scheme}://${validHost(hostHeader, host)}`);
    const canonical = canonicalOrigin(url, httpsOnly, allowedOrigins);
    requireAllowed(allowedOrigins, canonical ?? url.origin);
    const resolved = { origin: url.origin, isHttps: url.protocol === "https:", canonical };
    cache.set(cacheKey, resolved);
    return resolved;
  };
  return (ctx, next) => {
    if (rules.kind === "loopback") requireLoopback(ctx);
    toOriginForm(ctx);
    const isForwarded = isTrusted(ctx.req.socket);
    const resolved = resolve(schemeOf(ctx, isForwarded), singleHostHeader(ctx), hostOf(ctx, isForwarded));
    ctx.state.origin = resolved.origin;
    ctx.state.isForwarded = isForwarded;
    if (resolved.canonical !== undefined) return redirectToOrigin(ctx, resolved.canonical);
    // Koa refuses to set Secure cookies unless it knows that the client's connection to the proxy is encrypted.
    if (rules.kind === "proxied") ctx.cookies.secure = resolved.isHttps;
    if (hsts !== undefined && resolved.isHttps) ctx.res.setHeader("Strict-Transport-Security", hsts);
    return next();
  };
};

/**
 * Converts a request target in absolute form, which clients may send (RFC 9112 section 3.2.2), to origin form: later
 * middleware expects a path, and a foreign URL must not get into a redirect.
 */
const toOriginForm = (ctx: Context): void => {
  const target = ctx.req.url ?? "";
  if (target.startsWith("/")) return;
  const [, authority, rest = ""] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
  if (authority === undefined || authority.toLowerCase() !== ctx.get("Host").toLowerCase()) {
    throw new BadRequest("A request's target has to be a path of this server.");
  }
  ctx.url = rest.startsWith("/") ? rest : `/${rest}`;
  ctx.originalUrl = ctx.url;
};

/** The origin with https, and without "www." unless that is an allowed name. Undefined: `url` is canonical already. */
const canonicalOrigin = (url: URL, httpsOnly: boolean, allowed: readonly string[]): string | undefined => {
  if (!(httpsOnly && url.protocol === "http:") && !url.hostname.startsWith("www.")) return undefined;
  const canonical = new URL(url);
  if (httpsOnly) canonical.protocol = "https:";
  if (canonical.hostname.startsWith("www.") && !allowed.includes(canonical.origin)) {
    canonical.hostname = canonical.hostname.slice("www.".length);
  }
  return canonical.origin === url.origin ? undefined : canonical.origin;
};

/** Uploads are redirected by 307, since clients may turn a PUT into a GET on 302. */
const redirectToOrigin = (ctx: Context, origin: string): void => {
  if (ctx.method !== "GET" && ctx.method !== "HEAD") ctx.status = 307;
  ctx.redirect(origin + ctx.url);
};

const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Rejects proxied requests, where NODE_ENV=production was forgotten, and DNS rebinding by foreign pages. */
const requireLoopback = (ctx: Context): void => {
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

/** Faster than `ctx.get`, which compares the name first. */
const headerValue = (ctx: Context, name: "host" | "x-forwarded-host" | "x-forwarded-proto"): string => {
  const value = ctx.req.headers[name];
  return Array.isArray(value) ? value.join(", ") : (value ?? "");
};

const schemeOf = (ctx: Context, isForwarded: boolean): "http" | "https" => {
  const scheme = (isForwarded && headerValue(ctx, "x-forwarded-proto")) || "";
  if (scheme === "https") return scheme;
  if (scheme === "") return ctx.req.socket && "encrypted" in ctx.req.socket ? "https" : "http";
  const [first = ""] = scheme.split(",").map((each) => each.trim().toLowerCase());
  if (first !== "http" && first !== "https")
    throw new BadRequest("X-Forwarded-Proto has to be http or https.");
  return first;
};

/** A host name or address with an optional port; no userinfo, no path, and no list. */
const hostSyntax = /^([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])\.?(:\d{1,5})?$/i;

/** In characters. A DNS name has 253 at most, plus a dot and a port. The origin is repeated in cookies and redirects. */
const maxHostLength = 260;

const isHost = (text: string): boolean =>
  text.length <= maxHostLength && hostSyntax.test(text) && URL.canParse(`http://${text}`);

const invalidHost = () => new BadRequest("The Host header of this request is missing or makes no sense.");

/** The Host header. Repeated ones are rejected (RFC 9112 section 3.2), since a proxy may have used another than Node. */
const singleHostHeader = (ctx: Context): string => {
  const { rawHeaders } = ctx.req;
  let count = 0;
  // Names are at even indices, values at odd ones.
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") count += 1;
  }
  if (count !== 1) throw invalidHost();
  return headerValue(ctx, "host");
};

const hostOf = (ctx: Context, isForwarded: boolean): string =>
  (isForwarded && headerValue(ctx, "x-forwarded-host")) || headerValue(ctx, "host");

const validHost = (hostHeader: string, host: string): string => {
  if (![hostHeader, host].every(isHost)) throw invalidHost();
  return host.replace(/\.(?=:\d+$|$)/, "");
};

const requireAllowed = (allowed: readonly string[], origin: string): void => {
  if (allowed.length === 0 || allowed.includes(origin)) return;
  throw new BadRequest("This server is not known under this name.");
};

/** Matches the remote address of a connection, which never changes, and is parsed once for each. */
const socketMatcher = (allowed: readonly string[]): ((socket: Socket) => boolean) => {
  const matches = addressMatcher(allowed);
  return memoize((socket) => matches(socket.remoteAddress ?? ""));
};

/** Matches an IP address against addresses and CIDR ranges. An IPv4 address may come as an IPv4-mapped IPv6 one. */
const addressMatcher = (allowed: readonly string[]): ((address: string) => boolean) => {
  const ranges = allowed.map(rangeOf);
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(
      ([range, prefixLength]) => range.kind() === parsed.kind() && parsed.match(range, prefixLength),
    );
  };
};

/** The length of the prefix `::ffff:0:0` (RFC 4291 section 2.5.5.2), in bits. */
const mappedPrefixLength = 96;

const rangeOf = (entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] => {
  const [range, prefixLength] = ipaddr.parseCIDR(
    entry.includes("/") ? entry : `${entry}/${addressLength(entry)}`,
  );
  const isMapped =
    range instanceof ipaddr.IPv6 && range.isIPv4MappedAddress() && prefixLength >= mappedPrefixLength;
  return isMapped ? [range.toIPv4Address(), prefixLength - mappedPrefixLength] : [range, prefixLength];
};

const addressLength = (address: string): number => (ipaddr.parse(address).kind() === "ipv4" ? 32 : 128);
