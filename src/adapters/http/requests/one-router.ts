import Router from "@koa/router";
import type { RequestState } from "../context.ts";

/** All routers in one, so that an address is matched against their routes once. */
export const oneRouter = (routers: readonly Router<RequestState>[]): Router<RequestState> => {
  const all = new Router<RequestState>();
  for (const router of routers) all.use(router.routes());
  return all;
};
