import type { Context } from "../context.ts";

/** OPTIONS: what this caller may do here; whether there is anything here is not looked at. */
export const answerAllowed = (ctx: Context, mayWrite: boolean): void => {
  ctx.status = 204;
  ctx.set("Allow", mayWrite ? "OPTIONS, GET, HEAD, PUT, DELETE" : "OPTIONS, GET, HEAD");
};
