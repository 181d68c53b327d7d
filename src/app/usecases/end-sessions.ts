import type { SessionStore } from "../../ports/driven/session-store.ts";

/** Ends every session of one username, on all their devices, and says how many these were. */
export const endSessions = async (store: SessionStore, username: string): Promise<number> => {
  let ended = 0;
  for await (const { session, end } of store.all()) {
    if (session.login?.username === username && (await end())) ended++;
  }
  return ended;
};
