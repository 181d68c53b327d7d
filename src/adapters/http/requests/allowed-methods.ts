import type { Context } from "../context.ts";

/** Responds to OPTIONS with the methods that the caller may use, whether or not the resource exists. */
export const sendAllowedMethods = (ctx: Context, mayWrite: boolean): void => {
  ctx.status = 204;
  ctx.set("Allow", mayWrite ? "OPTIONS, GET, HEAD, PUT, DELETE" : "OPTIONS, GET, HEAD");
};
