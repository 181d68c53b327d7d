import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src/domain/brand.ts";
import { ProviderDown, SignInFailed, StoreDown } from "../../../../src/domain/failure.ts";
import { roleGroupMapping } from "../../../../src/domain/identity/role-group-mapping.ts";
import { loginAttemptContext } from "../../../../src/domain/sessions/encryption-context.ts";
import type { LoginAttempt } from "../../../../src/domain/sessions/login-attempt.ts";
import { home, parseReturnPath } from "../../../../src/domain/sessions/return-path.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";
import type { AuthorizationRequest } from "../../../../src/ports/driving/sign-in.ts";
import { claimNames } from "./login-setup.ts";
import type { Begun } from "./sign-in-setup.ts";
import { loginIn, origin, signInSetup } from "./sign-in-setup.ts";

const back = parseReturnPath("/groups/blab?x=y") ?? home;

describe("the beginning of a login", () => {
  it("sends the browser to the provider with secrets of its own", async () => {
    const s = signInSetup();
    const asked: LoginAttempt[] = [];
    s.identityProvider.authorizationUrl = async (attempt) => {
      asked.push(attempt);
      return "https://idp.example.org/auth";
    };
    const [first, second] = [await s.begin(back), await s.begin()];
    expect(first.authorizationUrl).toBe("https://idp.example.org/auth");
    expect(asked[0]).toMatchObject({
      redirectUri: `${origin}/logged-in`,
      returnTo: back,
      state: first.state,
    });
    expect(first.state).not.toBe(second.state);
    expect(first.state.charAt(0)).toBe("a");
    const secrets = asked.flatMap(({ state, nonce, codeVerifier }) => [state, nonce, codeVerifier]);
    expect(new Set(secrets).size).toBe(6);
    for (const secret of secrets) expect(secret).toMatch(/^a?random-32-/);
  });

  it("hands the attempt over unreadable", async () => {
    const { sealedAttempt } = await signInSetup().begin();
    expect(Buffer.from(sealedAttempt, "base64url").toString("latin1")).not.toContain("random-32");
  });

  it("leads to the embedded provider under the origin that the browser knows", async () => {
    const s = signInSetup("https://idp.example.org");
    const { authorizationUrl } = await s.signIn.begin("https://localhost:5443", home, "a");
    expect(authorizationUrl).toMatch(/^https:\/\/localhost:5443\/auth\?/);
  });
});

describe("the end of a login", () => {
  it("leads back to where it began, and tells the operator who came", async () => {
    const s = signInSetup();
    const { returnTo } = await s.finish(await s.begin(back));
    expect(returnTo).toBe(back);
    expect(s.log.events).toEqual([
      {
        event: "sign-in",
        outcome: "done",
        username: "alice",
        subject: "alice",
        roleGroups: ["blab/owners"],
        ignoredGroups: [],
      },
    ]);
    expect(s.signedIn).toMatchObject([{ username: "alice", person: { subject: "alice" } }]);
  });

  it.each<[string, JsonObject, object]>([
    [
      "which role groups were recognised, and which names were not",
      { groups: ["blab/viewers", "Everyone", "other/owners", "!flags/canary"] },
      { roleGroups: ["blab/viewers"], ignoredGroups: ["Everyone", "other/owners"] },
    ],
    [
      "that the claim is missing",
      { groups: undefined },
      { roleGroups: [], groupsFault: "the claim groups is missing" },
    ],
    [
      "what shape the claim has that cannot be read",
      { groups: 17 },
      { roleGroups: [], groupsFault: "the claim groups holds a number" },
    ],
  ])("tells the operator %s", async (_, claims, told) => {
    const s = signInSetup();
    await s.logInBy(claims);
    expect(s.log.events).toMatchObject([{ event: "sign-in", outcome: "done", username: "alice", ...told }]);
  });

  it("tells the operator of a mapped group by what it gives, and that it was not ignored", async () => {
    const s = signInSetup();
    const mapping = roleGroupMapping({
      "APP-Blab-RW": ["blab/editors", "mpox/viewers"],
      Other: ["x/owners"],
    });
    s.answerWith({ groups: ["APP-Blab-RW", "Everyone"] });
    await s.finish(await s.begin(), { by: s.signInNaming({ ...claimNames, mapping }) });
    expect(s.log.events).toMatchObject([
      { event: "sign-in", roleGroups: ["blab/editors"], ignoredGroups: ["Everyone", "mpox/viewers"] },
    ]);
  });

  it("tells of groups in a bounded number and length", async () => {
    const s = signInSetup();
    const groups = Array.from({ length: 500 }, (_, i) => `group ${i} ${"\u202ex\n".repeat(200)}`);
    await s.logInBy({ groups: [...groups, "blab/owners"] });
    const [event] = s.log.events;
    expect(event).toMatchObject({ roleGroups: ["blab/owners"] });
    expect(event).toHaveProperty("ignoredGroups", expect.arrayContaining(["and 480 more"]));
    expect(JSON.stringify(event).length).toBeLessThan(3000);
  });

  it("is possible for two tabs that began at once", async () => {
    const s = signInSetup();
    const begun = [await s.begin(), await s.begin(back)];
    for (const each of begun) expect(await s.finish(each)).toBeDefined();
  });

  it.each<{
    what: string;
    altered: (begun: AuthorizationRequest) => Begun;
  }>([
    { what: "there is no attempt", altered: ({ state }) => ({ sealedAttempt: undefined, state }) },
    {
      what: "the state is another one",
      altered: ({ sealedAttempt }) => ({ sealedAttempt, state: "evil" }),
    },
    { what: "the state is empty", altered: ({ sealedAttempt }) => ({ sealedAttempt, state: "" }) },
    {
      what: "the attempt was made up",
      altered: ({ state }) => ({ sealedAttempt: "AAAA" as SealedText, state }),
    },
    {
      what: "the attempt was altered",
      altered: ({ state, sealedAttempt }) => ({
        sealedAttempt: `${sealedAttempt.slice(0, -4)}AAAA` as SealedText,
        state,
      }),
    },
  ])("is refused, and no code is redeemed, when $what", async ({ altered }) => {
    const s = signInSetup();
    s.identityProvider.redeemCode = () => Promise.reject(new Error("a code was redeemed"));
    await expect(s.finish(altered(await s.begin()))).rejects.toMatchObject({ why: "unknown" });
  });

  it("is refused as one that nobody began, and told apart in the log, when the attempt is of another shape", async () => {
    const s = signInSetup();
    const { state } = await s.begin();
    for (const text of ["{}", "null", '{"state":']) {
      const sealedAttempt = s.sealer.seal(text, loginAttemptContext(state));
      await expect(s.finish({ sealedAttempt, state })).rejects.toMatchObject({ why: "unknown" });
    }
    expect(s.log.events).toEqual(
      Array(3).fill({
        event: "sign-in",
        outcome: "refused",
        reason: expect.stringContaining("cannot be read"),
      }),
    );
  });

  it("is refused after an hour", async () => {
    const s = signInSetup();
    const begun = await s.begin();
    s.clock.pass(3599);
    expect(await s.finish(begun)).toBeDefined();
    s.clock.pass(1);
    await expect(s.finish(begun)).rejects.toMatchObject({ why: "expired" });
  });

  it("fails, and is logged, when the provider refuses", async () => {
    const s = signInSetup();
    s.identityProvider.redeemCode = () => Promise.reject(new SignInFailed("invalid_grant"));
    const refused = { code: "sign-in-failed", returnTo: back };
    await expect(s.finish(await s.begin(back))).rejects.toMatchObject(refused);
    await expect(s.finish(await s.begin(back), { query: "error=x" })).rejects.toMatchObject(refused);
    expect(s.log.events).toEqual([
      { event: "sign-in", outcome: "refused", reason: "invalid_grant" },
      { event: "sign-in", outcome: "refused", reason: "x" },
    ]);
  });

  it("that this browser did not begin is logged with the error it brings, on one line and in a bounded length", async () => {
    const s = signInSetup();
    const query = `error=${encodeURIComponent(`bad\n${"x".repeat(1000)}`)}`;
    const unknown = { ...(await s.begin()), sealedAttempt: undefined as never };
    await expect(s.finish(unknown, { query })).rejects.toMatchObject({ code: "sign-in-lost" });
    const [event] = s.log.events;
    expect(event).toMatchObject({ event: "sign-in", outcome: "refused" });
    expect((event as { description?: string }).description).toMatch(/^bad.x{50,100}.?$/);
  });

  it("happens once for an attempt, whatever came of it", async () => {
    const s = signInSetup();
    let redeemed = 0;
    s.identityProvider.redeemCode = () => {
      redeemed += 1;
      return Promise.reject(new SignInFailed("invalid_grant"));
    };
    const begun = await s.begin();
    const finish = (code: number) => s.finish(begun, { query: `code=${code}` });
    const ends = await Promise.allSettled(Array.from({ length: 20 }, (_, code) => finish(code)));
    const failures = ends.map((end) => (end.status === "rejected" ? end.reason.code : "done"));
    expect(failures.filter((code) => code === "sign-in-failed")).toHaveLength(1);
    expect(failures.filter((code) => code === "sign-in-lost")).toHaveLength(19);
    expect(redeemed).toBe(1);
  });

  it("is an outage while nobody can know whether it has happened, and can be tried again", async () => {
    const s = signInSetup();
    const begun = await s.begin();
    const { claim } = s.replayCache;
    s.replayCache.claim = () => Promise.reject(new StoreDown());
    await expect(s.finish(begun)).rejects.toThrow(StoreDown);
    s.replayCache.claim = claim;
    expect((await s.finish(begun)).returnTo).toBe(home);
  });

  /** The provider's answer has these claims, of which none is the username's. */
  const namingNobody = async (s: ReturnType<typeof signInSetup>, claims: JsonObject, by = s.signIn) => {
    const tokens = s.identityProvider.tokensOf("alice");
    s.identityProvider.redeemCode = async () => ({ tokens, claims });
    await expect(s.finish(await s.begin(), { by })).rejects.toThrow(SignInFailed);
    await s.background.settle();
    return tokens;
  };

  it("fails when the id token names nobody, and the provider forgets its refresh token", async () => {
    const s = signInSetup();
    const { refreshToken } = await namingNobody(s, { email: "a@b.example" });
    expect(s.log.events).toMatchObject([{ outcome: "refused", reason: expect.stringContaining("sub") }]);
    expect(s.identityProvider.revoked).toEqual([refreshToken]);
  });

  it("fails when the id token does not say who that is by the claim that is named, and the log names the claim", async () => {
    const s = signInSetup();
    const changed = s.signInNaming({ ...claimNames, subject: "oid" });
    const { refreshToken } = await namingNobody(s, { sub: "alice" }, changed);
    const reason = "the claim oid is missing";
    expect(s.log.events).toEqual([{ event: "sign-in", outcome: "refused", reason }]);
    expect(s.identityProvider.revoked).toEqual([refreshToken]);
  });

  it("leaves that refresh token alone while another login lives on the same session at the provider", async () => {
    const s = signInSetup();
    await s.logInBy({ sub: "alice", sid: "s1" });
    // As if the setting had been changed since.
    const changed = s.signInNaming({ ...claimNames, username: "name" });
    await namingNobody(s, { sub: "alice", sid: "s1" }, changed);
    expect(s.identityProvider.revoked).toEqual([]);
  });

  it("says since when it is from before the code was redeemed, however long that takes", async () => {
    const s = signInSetup();
    const before = s.clock.now();
    const { redeemCode } = s.identityProvider;
    s.identityProvider.redeemCode = async (...args) => {
      s.clock.pass(8);
      return redeemCode(...args);
    };
    const { session } = await s.finish(await s.begin());
    expect(loginIn(session).since).toBe(before);
  });

  it("is an outage when the provider is away, which is nobody's refusal", async () => {
    const s = signInSetup();
    s.identityProvider.redeemCode = () => Promise.reject(new ProviderDown());
    await expect(s.finish(await s.begin())).rejects.toThrow(ProviderDown);
    expect(s.log.events).toEqual([]);
  });
});
