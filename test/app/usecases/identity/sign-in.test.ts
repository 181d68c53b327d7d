import { describe, expect, it } from "vitest";
import { signIn } from "../../../../src/app/usecases/identity/sign-in.ts";
import type { JsonObject } from "../../../../src/domain/brand.ts";
import { ProviderDown, SignInFailed, StoreDown } from "../../../../src/domain/failure.ts";
import { loginAttemptContext } from "../../../../src/domain/sessions/encryption-context.ts";
import type { LoginAttempt } from "../../../../src/domain/sessions/login-attempt.ts";
import { home, parseReturnPath } from "../../../../src/domain/sessions/return-path.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";
import type { AuthorizationRequest } from "../../../../src/ports/driving/sign-in.ts";
import { publicGroup } from "../../../domain/sample.ts";
import { claimNames, idle, loginSetup } from "./login-setup.ts";

const origin = "https://groups.example.org";
const id = "s".repeat(32) as SessionId;
const back = parseReturnPath("/groups/blab?x=y") ?? home;

const catalogue = { all: () => [publicGroup] };

const setup = (providerOrigin?: string) => {
  const s = { ...loginSetup(), catalogue };
  let count = 0;
  const random = { text: (bytes: number) => `random-${bytes}-${++count}`, fraction: () => 0 };
  return { ...s, signIn: signIn({ ...s, random, claimNames, providerOrigin }) };
};

/** A login of alice's that is ready to be stored in this session. */
const finished = async (s: ReturnType<typeof setup>, at: SessionId, more: JsonObject) => {
  const tokens = s.identityProvider.tokensOf("alice", [], more);
  s.identityProvider.redeemCode = async () => ({ tokens, claims: JSON.parse(tokens.idToken) });
  const { sealedAttempt, state } = await s.signIn.begin(origin, home, "a");
  const done = await s.signIn.finish(at, sealedAttempt, state, "code=1");
  return { login: done.login, refreshToken: tokens.refreshToken };
};

describe("the beginning of a login", () => {
  it("sends the browser to the provider with secrets of its own", async () => {
    const s = setup();
    const asked: LoginAttempt[] = [];
    s.identityProvider.authorizationUrl = async (attempt) => {
      asked.push(attempt);
      return "https://idp.example.org/auth";
    };
    const [first, second] = [
      await s.signIn.begin(origin, back, "a"),
      await s.signIn.begin(origin, home, "a"),
    ];
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
    const { sealedAttempt } = await setup().signIn.begin(origin, home, "a");
    expect(Buffer.from(sealedAttempt, "base64url").toString("latin1")).not.toContain("random-32");
  });

  it("leads to the embedded provider under the origin that the browser knows", async () => {
    const s = setup("https://idp.example.org");
    const { authorizationUrl } = await s.signIn.begin("https://localhost:5443", home, "a");
    expect(authorizationUrl).toMatch(/^https:\/\/localhost:5443\/auth\?/);
  });
});

describe("the end of a login", () => {
  it("gives a login that only its session can open, and the way back", async () => {
    const s = setup();
    const begun = await s.signIn.begin(origin, back, "a");
    const finished = await s.signIn.finish(id, begun.sealedAttempt, begun.state, "code=1");
    const person = { issuer: "https://idp.example.org", subject: "alice" };
    expect(finished).toMatchObject({
      returnTo: back,
      login: { username: "alice", person, since: s.clock.now() },
    });
    expect(s.tokens.open(id, finished.login)?.tokens.refreshToken).toMatch(/^refresh-/);
    expect(s.tokens.open("o".repeat(32) as SessionId, finished.login)).toBeUndefined();
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
    const s = setup();
    await finished(s, id, claims);
    expect(s.log.events).toMatchObject([{ event: "sign-in", outcome: "done", username: "alice", ...told }]);
  });

  it("tells of groups in a bounded number and length", async () => {
    const s = setup();
    const groups = Array.from({ length: 500 }, (_, i) => `group ${i} ${"\u202ex\n".repeat(200)}`);
    await finished(s, id, { groups: [...groups, "blab/owners"] });
    const [event] = s.log.events;
    expect(event).toMatchObject({ roleGroups: ["blab/owners"] });
    expect(event).toHaveProperty("ignoredGroups", expect.arrayContaining(["and 480 more"]));
    expect(JSON.stringify(event).length).toBeLessThan(3000);
  });

  it("is possible for two tabs that began at once", async () => {
    const s = setup();
    const begun = [await s.signIn.begin(origin, home, "a"), await s.signIn.begin(origin, back, "a")];
    for (const { sealedAttempt, state } of begun) {
      expect(await s.signIn.finish(id, sealedAttempt, state, "code=1")).toBeDefined();
    }
  });

  it.each<{
    what: string;
    altered: (begun: AuthorizationRequest) => { attempt: SealedText | undefined; state: string };
  }>([
    { what: "there is no attempt", altered: ({ state }) => ({ attempt: undefined, state }) },
    {
      what: "the state is another one",
      altered: (begun) => ({ attempt: begun.sealedAttempt, state: "evil" }),
    },
    { what: "the state is empty", altered: (begun) => ({ attempt: begun.sealedAttempt, state: "" }) },
    { what: "the attempt was made up", altered: ({ state }) => ({ attempt: "AAAA" as SealedText, state }) },
    {
      what: "the attempt was altered",
      altered: ({ state, sealedAttempt }) => ({
        attempt: `${sealedAttempt.slice(0, -4)}AAAA` as SealedText,
        state,
      }),
    },
  ])("is refused, and no code is redeemed, when $what", async ({ altered }) => {
    const s = setup();
    s.identityProvider.redeemCode = () => Promise.reject(new Error("a code was redeemed"));
    const { attempt, state } = altered(await s.signIn.begin(origin, home, "a"));
    await expect(s.signIn.finish(id, attempt, state, "code=1")).rejects.toMatchObject({ why: "unknown" });
  });

  it("is refused as one that nobody began, and told apart in the log, when the attempt is of another shape", async () => {
    const s = setup();
    const { state } = await s.signIn.begin(origin, home, "a");
    for (const text of ["{}", "null", '{"state":']) {
      const sealed = s.sealer.seal(text, loginAttemptContext(state));
      await expect(s.signIn.finish(id, sealed, state, "code=1")).rejects.toMatchObject({ why: "unknown" });
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
    const s = setup();
    const { sealedAttempt, state } = await s.signIn.begin(origin, home, "a");
    s.clock.pass(3599);
    expect(await s.signIn.finish(id, sealedAttempt, state, "code=1")).toBeDefined();
    s.clock.pass(1);
    await expect(s.signIn.finish(id, sealedAttempt, state, "code=1")).rejects.toMatchObject({
      why: "expired",
    });
  });

  it("fails, and is logged, when the provider refuses", async () => {
    const s = setup();
    s.identityProvider.redeemCode = () => Promise.reject(new SignInFailed("invalid_grant"));
    const { sealedAttempt, state } = await s.signIn.begin(origin, back, "a");
    const refused = { code: "sign-in-failed", returnTo: back };
    await expect(s.signIn.finish(id, sealedAttempt, state, "code=1")).rejects.toMatchObject(refused);
    const other = await s.signIn.begin(origin, back, "a");
    const answered = s.signIn.finish(id, other.sealedAttempt, other.state, "error=x");
    await expect(answered).rejects.toMatchObject(refused);
    expect(s.log.events).toEqual([
      { event: "sign-in", outcome: "refused", reason: "invalid_grant" },
      { event: "sign-in", outcome: "refused", reason: "x" },
    ]);
  });

  it("happens once for an attempt, whatever came of it", async () => {
    const s = setup();
    let redeemed = 0;
    s.identityProvider.redeemCode = () => {
      redeemed += 1;
      return Promise.reject(new SignInFailed("invalid_grant"));
    };
    const { sealedAttempt, state } = await s.signIn.begin(origin, home, "a");
    const finish = (code: number) => s.signIn.finish(id, sealedAttempt, state, `code=${code}`);
    const ends = await Promise.allSettled(Array.from({ length: 20 }, (_, code) => finish(code)));
    const failures = ends.map((end) => (end.status === "rejected" ? end.reason.code : "done"));
    expect(failures.filter((code) => code === "sign-in-failed")).toHaveLength(1);
    expect(failures.filter((code) => code === "sign-in-lost")).toHaveLength(19);
    expect(redeemed).toBe(1);
  });

  it("is an outage while nobody can know whether it has happened, and can be tried again", async () => {
    const s = setup();
    const { sealedAttempt, state } = await s.signIn.begin(origin, home, "a");
    const { claim } = s.replayCache;
    s.replayCache.claim = () => Promise.reject(new StoreDown());
    await expect(s.signIn.finish(id, sealedAttempt, state, "code=1")).rejects.toThrow(StoreDown);
    s.replayCache.claim = claim;
    expect((await s.signIn.finish(id, sealedAttempt, state, "code=1")).returnTo).toBe(home);
  });

  /** The provider's answer has these claims, of which none is the username's. */
  const namingNobody = async (s: ReturnType<typeof setup>, claims: JsonObject) => {
    const tokens = s.identityProvider.tokensOf("alice");
    s.identityProvider.redeemCode = async () => ({ tokens, claims });
    const { sealedAttempt, state } = await s.signIn.begin(origin, home, "a");
    await expect(s.signIn.finish(id, sealedAttempt, state, "code=1")).rejects.toThrow(SignInFailed);
    await s.background.settle();
    return tokens;
  };

  it("fails when the id token names nobody, and the provider forgets its refresh token", async () => {
    const s = setup();
    const { refreshToken } = await namingNobody(s, { email: "a@b.example" });
    expect(s.log.events).toMatchObject([{ outcome: "refused", reason: expect.stringContaining("sub") }]);
    expect(s.identityProvider.revoked).toEqual([refreshToken]);
  });

  it("fails when the id token does not say who that is by the claim that is named, and the log names the claim", async () => {
    const s = setup();
    const random = { text: () => "random", fraction: () => 0 };
    const names = { ...claimNames, subject: "oid" };
    const changed = signIn({ ...s, random, claimNames: names, providerOrigin: undefined });
    const { refreshToken } = await namingNobody({ ...s, signIn: changed }, { sub: "alice" });
    const reason = "the claim oid is missing";
    expect(s.log.events).toEqual([{ event: "sign-in", outcome: "refused", reason }]);
    expect(s.identityProvider.revoked).toEqual([refreshToken]);
  });

  it("leaves that refresh token alone while another login lives on the same session at the provider", async () => {
    const s = setup();
    const { login } = await finished(s, id, { sub: "alice", sid: "s1" });
    await s.registered.register(id, login);
    await s.sessions.create(id, { login }, idle);
    // As if the setting had been changed since.
    const random = { text: () => "random", fraction: () => 0 };
    const names = { ...claimNames, username: "name" };
    const changed = signIn({ ...s, random, claimNames: names, providerOrigin: undefined });
    await namingNobody({ ...s, signIn: changed }, { sub: "alice", sid: "s1" });
    expect(s.identityProvider.revoked).toEqual([]);
  });

  it("says since when it is from before the code was redeemed, however long that takes", async () => {
    const s = setup();
    const before = s.clock.now();
    const { redeemCode } = s.identityProvider;
    s.identityProvider.redeemCode = async (...args) => {
      s.clock.pass(8);
      return redeemCode(...args);
    };
    const begun = await s.signIn.begin(origin, home, "a");
    const done = await s.signIn.finish(id, begun.sealedAttempt, begun.state, "code=1");
    expect(done.login.since).toBe(before);
  });

  it("is an outage when the provider is away, which is nobody's refusal", async () => {
    const s = setup();
    s.identityProvider.redeemCode = () => Promise.reject(new ProviderDown());
    const { sealedAttempt, state } = await s.signIn.begin(origin, home, "a");
    await expect(s.signIn.finish(id, sealedAttempt, state, "code=1")).rejects.toThrow(ProviderDown);
    expect(s.log.events).toEqual([]);
  });
});

describe("a login whose session could not be stored", () => {
  const other = "o".repeat(32) as SessionId;

  it("is forgotten by the provider", async () => {
    const s = setup();
    const { login, refreshToken } = await finished(s, id, {});
    s.signIn.abandon(id, login);
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([refreshToken]);
  });

  it("leaves no session behind, though the write that failed was done", async () => {
    const s = setup();
    const { login, refreshToken } = await finished(s, id, { sid: "s1" });
    await s.registered.register(id, login);
    await s.sessions.create(id, { login }, idle);
    s.signIn.abandon(id, login);
    await s.background.settle();
    expect(await s.sessions.peek(id)).toBeUndefined();
    expect(s.identityProvider.revoked).toEqual([refreshToken]);
  });

  it("is not revoked while another login lives on the same session at the provider", async () => {
    const s = setup();
    const [first, second] = [await finished(s, other, { sid: "s1" }), await finished(s, id, { sid: "s1" })];
    await s.registered.register(other, first.login);
    await s.sessions.create(other, { login: first.login }, idle);
    s.signIn.abandon(id, second.login);
    await s.background.settle();
    expect(s.identityProvider.revoked).toEqual([]);
    expect(await s.sessions.peek(other)).toBeDefined();
  });
});

describe("the way out", () => {
  it("tells the provider whose login ends, where that is known", async () => {
    const s = setup();
    const { sealedAttempt, state } = await s.signIn.begin(origin, home, "a");
    const finished = await s.signIn.finish(id, sealedAttempt, state, "code=1");
    expect(await s.signIn.endSessionUrl(origin, id, finished?.login)).toContain("hint=some");
    const stranger = "o".repeat(32) as SessionId;
    expect(await s.signIn.endSessionUrl(origin, stranger, finished?.login)).toContain("hint=none");
    expect(await s.signIn.endSessionUrl(origin, undefined, undefined)).toContain("hint=none");
  });
});
