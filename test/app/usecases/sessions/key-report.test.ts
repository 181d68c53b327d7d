import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { tokenSealer } from "../../../../src/adapters/aes-gcm/token-sealer.ts";
import { keyReport } from "../../../../src/app/usecases/sessions/key-report.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import { sessionContext } from "../../../../src/domain/sessions/encryption-context.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { memorySessionStore } from "../../../support/memory/session-store.ts";

const key = (name: string) => ({ name, bytes: createHash("sha256").update(name).digest() });

const setup = () => {
  const store = memorySessionStore(manualClock());
  let count = 0;
  const login = async (sealedTokens: (id: SessionId) => string) => {
    const id = String(count++).padStart(32, "s") as SessionId;
    const username = "alice" as Username;
    await store.create(
      id,
      { login: { username, since: 1, sealedTokens: sealedTokens(id) as SealedText } },
      100,
    );
  };
  const under = (name: string) => login((id) => tokenSealer([key(name)]).seal("tokens", sessionContext(id)));
  const report = (...names: [string, ...string[]]) => {
    const [first, ...others] = names;
    return keyReport({ store, sealer: tokenSealer([key(first), ...others.map(key)]), keyNames: names });
  };
  return { store, login, under, report };
};

describe("the report on keys", () => {
  it("names every configured key in its order, also those that nothing lies under", async () => {
    expect(await setup().report("2026", "2025")).toEqual({
      configured: [
        { name: "2026", sessions: 0 },
        { name: "2025", sessions: 0 },
      ],
      dropped: [],
      unreadable: 0,
    });
  });

  it("counts the sessions under each key, dropped ones and damage among them", async () => {
    const { under, login, report } = setup();
    for (const name of ["2026", "2025", "2025", "2023", "2024", "2023"]) await under(name);
    await login(() => "no sealed text");
    expect(await report("2026", "2025", "2024")).toEqual({
      configured: [
        { name: "2026", sessions: 1 },
        { name: "2025", sessions: 2 },
        { name: "2024", sessions: 1 },
      ],
      dropped: [{ name: "2023", sessions: 2 }],
      unreadable: 1,
    });
  });

  it("does not count sessions in which nobody is logged in", async () => {
    const { store, report } = setup();
    await store.create("x".repeat(32) as SessionId, { counter: 1 }, 100);
    expect(await report("2026")).toMatchObject({ configured: [{ sessions: 0 }], dropped: [], unreadable: 0 });
  });
});
