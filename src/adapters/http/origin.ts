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
  return (ctx, next) => {
    if (rules.kind === "loopback") refuseStrangers(ctx);
    const forwarded = isTrusted(ctx.req.socket.remoteAddress ?? "");
    const scheme = schemeOf(ctx, forwarded);
    const host = hostOf(ctx, forwarded);
    ctx.state.origin = new URL(`${scheme}://${host}`).origin;
    if (rules.kind !== "loopback") requirePinned(rules.origins, ctx.state.origin, host);
    if (rules.kind === "proxied") {
      if (rules.httpsOnly && scheme === "http") return ctx.redirect(`https://${host}${ctx.req.url ?? "/"}`);
      // Koa's cookies refuse to be secure unless told that the browser's side of the proxy is.
      ctx.cookies.secure = scheme === "https";
    }
    if (host.startsWith("www.")) return ctx.redirect(`${scheme}://${host.slice(4)}${ctx.req.url ?? "/"}`);
    return next();
  };
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

const hostOf = (ctx: Context, forwarded: boolean): string => {
  const host = (forwarded && ctx.get("X-Forwarded-Host")) || ctx.get("Host");
  if (!plainHost.test(host) || !URL.canParse(`http://${host}`)) {
    throw new BadRequest("The Host header of this request is missing or makes no sense.");
  }
  return host.toLowerCase().replace(/\.(?=:\d+$|$)/, "");
};

const requirePinned = (origins: readonly string[], origin: string, host: string): void => {
  if (origins.length === 0) return;
  const isPinned = origins.some((pinned) => pinned === origin || new URL(pinned).host === host);
  if (!isPinned) throw new BadRequest("This server is not known under this name.");
};

/** Matches socket addresses against addresses and ranges in CIDR notation; IPv4 may come as mapped IPv6. */
const addressMatcher = (allowed: readonly string[]): ((address: string) => boolean) => {
  const ranges = allowed.map((entry) =>
    entry.includes("/") ? ipaddr.parseCIDR(entry) : ([ipaddr.process(entry), 128] as const),
  );
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(([range, bits]) => {
      if (range.kind() !== parsed.kind()) return false;
      return parsed.match(range, Math.min(bits, range.kind() === "ipv4" ? 32 : 128));
    });
  };
};
