import { hash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Opened, TokenSealer } from "../../ports/driven/sessions/token-sealer.ts";

/** Some 4 kB each. */
const maxOpened = 2000;
const lifetimeMs = 300_000;

/**
 * Opens each sealed text once in a while only. What is kept is found by a keyed hash of text and context, so
 * a text that differs by a bit, or in another session, is opened anew; and nothing that could be read out of
 * memory and used lies there longer than five minutes.
 */
export const cachedSealer = (sealer: TokenSealer): TokenSealer => {
  // Not an HMAC, which takes several times as long: nobody outside sees these, nor could make them longer.
  const secret = randomBytes(32).toString("base64");
  const cache = new LRUCache<string, Opened>({ max: maxOpened, ttl: lifetimeMs, ttlAutopurge: true });
  return {
    ...sealer,
    open: (sealed, context) => {
      const name = hash("sha256", `${secret}${context}\0${sealed}`, "base64");
      const hit = cache.get(name);
      if (hit) return hit;
      const opened = sealer.open(sealed, context);
      if (opened) cache.set(name, opened);
      return opened;
    },
  };
};
