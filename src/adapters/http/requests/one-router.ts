import Router from "@koa/router";
import { LRUCache } from "lru-cache";
import type { RequestState } from "../context.ts";

const keptAddresses = 1000;
/** In characters; longer ones are nobody's daily bread. */
const keptLength = 200;

/**
 * All routers in one: an address is held against their routes once, and not at all when it was before. To be the
 * last of a server's routers: what is found for an address is the same object each time.
 */
export const oneRouter = (routers: readonly Router<RequestState>[]): Router<RequestState> => {
  const all = new Router<RequestState>();
  for (const router of routers) all.use(router.routes());
  const match = all.match.bind(all);
  const known = new LRUCache<string, ReturnType<typeof match>>({ max: keptAddresses });
  all.match = (path, method) => {
    if (path.length > keptLength) return match(path, method);
    const address = `${method} ${path}`;
    const kept = known.get(address);
    if (kept) return kept;
    const found = match(path, method);
    known.set(address, found);
    return found;
  };
  return all;
};
