import type { SessionStore } from "../../../ports/driven/sessions/session-store.ts";
import type { TokenSealer } from "../../../ports/driven/sessions/token-sealer.ts";

/** The encryption keys that stored sessions still need. */
export interface KeyReport {
  /** In the order of the configuration; the first encrypts. */
  readonly configured: readonly KeyCount[];
  /** Keys that are not configured any more: the owners of these sessions have to log in again. */
  readonly dropped: readonly KeyCount[];
  /** Sessions whose tokens are no sealed text. */
  readonly unreadable: number;
}

export interface KeyCount {
  readonly name: string;
  readonly sessions: number;
}

interface Deps {
  readonly store: SessionStore;
  readonly sealer: TokenSealer;
  /** The names of the configured keys. */
  readonly keyNames: readonly string[];
}

/** Counts the sessions under each key, without opening or touching one. */
export const keyReport = async ({ store, sealer, keyNames }: Deps): Promise<KeyReport> => {
  const counts = new Map(keyNames.map((name) => [name, 0]));
  let unreadable = 0;
  for await (const { session } of store.all()) {
    if (!session.login) continue;
    const name = sealer.keyOf(session.login.sealedTokens);
    if (name === undefined) unreadable++;
    else counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const all = Array.from(counts, ([name, sessions]) => ({ name, sessions }));
  return { configured: all.slice(0, keyNames.length), dropped: all.slice(keyNames.length), unreadable };
};
