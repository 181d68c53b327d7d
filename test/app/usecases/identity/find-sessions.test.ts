import { expect, it } from "vitest";
import { findSessions } from "../../../../src/app/usecases/identity/find-sessions.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";
import { bySubject, byUsername } from "../../../../src/domain/sessions/session-owner.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";
import { idleTimeout, loginSetup } from "./login-setup.ts";

const alice = byUsername("alice" as Username);
const idOf = (n: number) => String(n).padStart(32, "s") as SessionId;

it("finds each of many sessions once, in the registry's order, and reads no more than 20 at once", async () => {
  const s = loginSetup();
  const login = { username: "alice" as Username, since: 1, sealedTokens: "" as SealedText };
  const ids = Array.from({ length: 45 }, (_, n) => idOf(n));
  for (const id of ids) await s.sessions.create(id, { login }, idleTimeout);
  let [reading, most] = [0, 0];
  const { peek } = s.sessions;
  s.sessions.peek = async (id) => {
    reading += 1;
    most = Math.max(most, reading);
    const stored = await peek(id);
    reading -= 1;
    return stored;
  };
  const registry = { ...s.registry, list: async () => ids };
  const find = findSessions({ sessions: s.sessions, registry });
  const found = await find([alice, bySubject("1f0c")], () => true);
  expect(found.map(({ id }) => id)).toEqual(ids);
  expect(most).toBe(20);
});
