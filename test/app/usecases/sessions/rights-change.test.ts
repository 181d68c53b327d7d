import { describe, expect, it } from "vitest";
import { cachedMarks } from "../../../../src/app/caches/cached-marks.ts";
import { InvalidToken } from "../../../../src/domain/failure.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { memoryNotBeforeMarks } from "../../../support/memory/not-before-marks.ts";
import { loginSetup } from "../identity/login-setup.ts";

const alice = "alice" as Username;

/** One instance, whose marks are cached as they are in the composed server. */
const instance = () => {
  const marksClock = manualClock();
  const s = loginSetup({ marks: cachedMarks(memoryNotBeforeMarks(marksClock, 100_000), marksClock) });
  const pass = (seconds: number) => {
    s.clock.pass(seconds);
    marksClock.pass(seconds);
  };
  return { ...s, pass };
};

describe("on the instance that changes somebody's rights", () => {
  it("their open sessions renew at the next request", async () => {
    const s = instance();
    const id = await s.logIn(s.identityProvider.tokensOf("alice", ["blab/owners"]));
    await s.callerOf(id);
    s.pass(1);
    await s.marks.mark(alice, s.clock.now());
    expect(await s.callerOf(id)).toMatchObject({ kind: "user" });
    expect(s.identityProvider.refreshed).toHaveLength(1);
    await s.callerOf(id);
    expect(s.identityProvider.refreshed).toHaveLength(1);
  });

  it("their programs are told to renew at the next request", async () => {
    const s = instance();
    const { idToken: token } = s.identityProvider.tokensOf("alice", [], { aud: "cli" });
    await s.identify({ kind: "bearer", token });
    s.pass(1);
    await s.marks.mark(alice, s.clock.now());
    await expect(s.identify({ kind: "bearer", token })).rejects.toThrow(InvalidToken);
  });
});
