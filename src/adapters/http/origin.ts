import ipaddr from "ipaddr.js";
import { BadRequest } from "../../domain/failure.ts";
import type { Context, Middleware } from "./context.ts";

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
    };

const forwardedHeaders = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"] as const;

/**
 * Sets the request's origin, the only source of redirect targets, cookies' attributes and links; refuses
 * requests whose origin cannot be told. In production plain http is sent on to https.
 */
export const determineOrigin = (rules: OriginRules): Middleware => {
  const isTrusted = rules.kind === "proxied" ? addressMatcher(rules.proxies) : () => false;
  const pinned = rules.kind === "loopback" ? [] : rules.origins;
  const httpsOnly = rules.kind === "proxied" && rules.httpsOnly;
  return (ctx, next) => {
    if (rules.kind === "loopback") refuseStrangers(ctx);
    keepOriginForm(ctx);
    const forwarded = isTrusted(ctx.req.socket.remoteAddress ?? "");
    const seen = new URL(`${schemeOf(ctx, forwarded)}://${hostOf(ctx, forwarded)}`);
    const better = betterOrigin(seen, httpsOnly, pinned);
    requirePinned(pinned, better ?? seen.origin);
    ctx.state.origin = seen.origin;
    if (better !== undefined) return sendTo(ctx, better);
    // Koa's cookies refuse to be secure unless told that the browser's side of the proxy is.
    if (rules.kind === "proxied") ctx.cookies.secure = seen.protocol === "https:";
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

const schemeOf = (ctx: Context, forwarded: boolean): "http" | "https" => {
  const named = forwarded ? ctx.get("X-Forwarded-Proto") : "";
  if (named === "") return ctx.req.socket && "encrypted" in ctx.req.socket ? "https" : "http";
  const [first = ""] = named.split(",").map((scheme) => scheme.trim().toLowerCase());
  if (first !== "http" && first !== "https")
    throw new BadRequest("X-Forwarded-Proto has to be http or https.");
  return first;
};

/** A host name or address and perhaps a port; no user, no path, and no second value. */
const plainHost = /^([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])\.?(:\d{1,5})?$/i;

/** Names and values take turns. */
const hostHeaders = (raw: readonly string[]): number =>
  raw.filter((text, index) => index % 2 === 0 && text.length === 4 && text.toLowerCase() === "host").length;

const hostOf = (ctx: Context, forwarded: boolean): string => {
  const own = ctx.get("Host");
  // Node keeps the first of several, and proxies may have looked at another one (RFC 9112 section 3.2).
  const isSingle = hostHeaders(ctx.req.rawHeaders) === 1;
  const host = (forwarded && ctx.get("X-Forwarded-Host")) || own;
  if (!isSingle || ![own, host].every((one) => plainHost.test(one) && URL.canParse(`http://${one}`))) {
    throw new BadRequest("The Host header of this request is missing or makes no sense.");
  }
  return host.replace(/\.(?=:\d+$|$)/, "");
};

const requirePinned = (pinned: readonly string[], origin: string): void => {
  if (pinned.length === 0 || pinned.includes(origin)) return;
  throw new BadRequest("This server is not known under this name.");
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
