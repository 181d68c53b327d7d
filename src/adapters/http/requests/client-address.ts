import ipaddr from "ipaddr.js";
import type { Context } from "../context.ts";

/** The client's address. A trusted proxy overwrites the header (docs/deployment.md section 7). */
export const clientAddress = (ctx: Context): string => {
  const forwarded = ctx.state.isForwarded ? ctx.get("X-Forwarded-For").split(",").at(-1)?.trim() : undefined;
  return forwarded || (ctx.req.socket.remoteAddress ?? "unknown");
};

/** The usual prefix of one customer's network (RFC 6177); its hosts choose the rest of their addresses by themselves. */
const ipv6PrefixLength = 64;

/** What limits by address count by: an IPv4 address, or the /64 of an IPv6 one. */
export const clientNetwork = (ctx: Context): string => {
  const address = clientAddress(ctx);
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? ipaddr.IPv6.networkAddressFromCIDR(
        `${parsed.toNormalizedString().replace(/%.*/, "")}/${ipv6PrefixLength}`,
      ).toString()
    : parsed.toString();
};
