import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ProviderDown, SignInFailed } from "../../src/domain/failure.ts";
import type { LoginAttempt } from "../../src/domain/login-attempt.ts";
import { home } from "../../src/domain/return-path.ts";
import type { IdentityProvider, VerifiedTokens } from "../../src/ports/driven/identity-provider.ts";
import {
  type AnswerFlaw,
  answerFlaws,
  discoveryFlaws,
  type Flaw,
  keySetFlaws,
  type TokenFlaw,
  tokenFlaws,
} from "../support/stub-provider/flaw.ts";
import type { StubProvider } from "../support/stub-provider/stub-provider.ts";

export interface Harness {
  readonly provider: IdentityProvider;
  /** What the provider under test talks to. */
  readonly stub: StubProvider;
  /** Moves the clock of both. */
  passSeconds(seconds: number): void;
  close(): Promise<void>;
}

const attempt: LoginAttempt = {
  state: "a-state-of-some-length-0123456789",
  nonce: "a-nonce-of-some-length-0123456789",
  codeVerifier: "a-verifier-of-43-characters-0123456789-abcd",
  redirectUri: "http://127.0.0.1:5000/logged-in",
  returnTo: home,
  begun: 0,
};

/** These leave an id token valid for whoever asks for no nonce. */
const harmlessWithoutNonce: ReadonlySet<TokenFlaw> = new Set([
  "wrong-nonce",
  "no-nonce",
  "no-username",
  "no-subject",
]);

/** Which answers are a verdict on a refresh token, and which only say that something is out of order. */
const refreshOutcomes: { readonly [Name in AnswerFlaw]: "refused" | "down" | "renewed" } = {
  "no-id-token": "renewed",
  "no-access-token": "down",
  "no-refresh-token": "renewed",
  "rotating-refresh-tokens": "renewed",
  "other-subject-on-refresh": "refused",
  "invalid-grant": "refused",
  "invalid-grant-with-401": "down",
  "other-400": "down",
  "invalid-client": "down",
  "too-many-requests": "down",
  "server-error": "down",
  "server-error-with-invalid-grant": "down",
  html: "down",
  "html-404": "down",
  "json-array": "down",
  "half-an-answer": "down",
  "broken-off": "down",
  "oversized-answer": "down",
  redirected: "down",
  slow: "down",
  "hang-up": "down",
};

const loginOutcomes: { readonly [Name in AnswerFlaw]: "failed" | "down" | "done" } = {
  ...(Object.fromEntries(
    Object.entries(refreshOutcomes).map(([flaw, outcome]) => [flaw, outcome === "down" ? "down" : "failed"]),
  ) as { [Name in AnswerFlaw]: "failed" | "down" }),
  "rotating-refresh-tokens": "done",
  "other-subject-on-refresh": "done",
  "no-access-token": "failed",
  "invalid-grant-with-401": "failed",
  "other-400": "failed",
  "invalid-client": "failed",
};

/** `timeout`: of each request to the provider, in seconds; long where nothing is meant to be slow. */
export type Open = (timeout: number) => Promise<Harness>;

const isSlow = (title: string): boolean => /\bslow$|-slow$/.test(title);

export const identityProviderContract = (adapter: string, open: Open): void => {
  describe(`IdentityProvider in ${adapter}`, () => {
    let harness: Harness;
    let provider: IdentityProvider;
    let stub: StubProvider;

    beforeEach(async ({ task }) => {
      harness = await open(isSlow(task.name) ? 0.2 : 5);
      ({ provider, stub } = harness);
    });
    afterEach(() => harness.close());

    const callback = async (): Promise<string> => stub.logIn(await provider.authorizationUrl(attempt));
    const logIn = async (): Promise<VerifiedTokens> => provider.redeemCode(attempt, await callback());

    const withFlaw = async <T>(flaw: Flaw, work: () => Promise<T>): Promise<T> => {
      stub.misbehave(flaw);
      try {
        return await work();
      } finally {
        stub.behave();
      }
    };

    describe("login", () => {
      it("sends the browser off with all that the code flow asks for, keeping the endpoint's own query", async () => {
        const url = new URL(await provider.authorizationUrl(attempt));
        expect(url.origin + url.pathname).toBe(`${stub.issuer}/authorize`);
        expect(Object.fromEntries(url.searchParams)).toEqual({
          realm: "lab",
          response_type: "code",
          client_id: "app-client",
          redirect_uri: attempt.redirectUri,
          scope: "openid profile email offline_access",
          state: attempt.state,
          nonce: attempt.nonce,
          code_challenge: expect.stringMatching(/^[\w-]{43}$/),
          code_challenge_method: "S256",
        });
      });

      it("brings three tokens and the id token's claims", async () => {
        const { tokens, claims } = await logIn();
        expect(claims).toMatchObject({
          sub: "subject-of-alice",
          preferred_username: "alice",
          groups: ["blab/owners"],
        });
        expect(tokens.accessToken).toBe("an-access-token");
        expect(tokens.refreshToken).not.toBe("");
        expect(await provider.verify(tokens.idToken, "app")).toEqual({ outcome: "valid", claims });
      });

      it("fails for a code that was used already", async () => {
        const query = await callback();
        await provider.redeemCode(attempt, query);
        await expect(provider.redeemCode(attempt, query)).rejects.toMatchObject({ reason: "invalid_grant" });
      });

      it("fails for another attempt's verifier", async () => {
        const query = await callback();
        const other = { ...attempt, codeVerifier: "another-verifier-of-43-characters-012345678" };
        await expect(provider.redeemCode(other, query)).rejects.toBeInstanceOf(SignInFailed);
      });

      for (const flaw of [
        "missing-iss-in-callback",
        "wrong-iss-in-callback",
        "wrong-state-in-callback",
        "code-twice-in-callback",
        "access-denied",
      ] as const) {
        it(`fails before anything is redeemed: ${flaw}`, async () => {
          const query = await withFlaw(flaw, callback);
          await expect(provider.redeemCode(attempt, query)).rejects.toBeInstanceOf(SignInFailed);
          expect(stub.state.calls.token).toBe(0);
        });
      }

      for (const flaw of tokenFlaws.filter((name) => name !== "no-username")) {
        it(`fails with an id token that is wrong: ${flaw}`, async () => {
          await expect(withFlaw(flaw, logIn)).rejects.toBeInstanceOf(SignInFailed);
        });
      }

      it("leaves it to others to miss the username: no-username", async () => {
        expect((await withFlaw("no-username", logIn)).claims).not.toHaveProperty("preferred_username");
      });

      for (const flaw of answerFlaws) {
        const outcome = loginOutcomes[flaw];
        it(`is ${outcome} when the token endpoint errs: ${flaw}`, async () => {
          const login = withFlaw(flaw, logIn);
          if (outcome === "done") await login;
          else await expect(login).rejects.toBeInstanceOf(outcome === "failed" ? SignInFailed : ProviderDown);
        });
      }

      it("never shows a token or the code in what it throws", async () => {
        const query = await withFlaw("bad-signature", callback);
        const error: unknown = await withFlaw("no-access-token", () =>
          provider.redeemCode(attempt, query),
        ).catch((thrown: unknown) => thrown);
        const seen = await import("node:util").then(({ inspect }) => inspect(error, { depth: 10 }));
        expect(seen).toContain("access_token");
        expect(seen).not.toContain(new URLSearchParams(query).get("code"));
        expect(seen).not.toMatch(/eyJ/);
      });
    });

    describe("refresh", () => {
      it("brings new tokens, and keeps the refresh token when none comes back", async () => {
        const { tokens, claims } = await logIn();
        harness.passSeconds(100);
        const renewed = (await provider.refresh(tokens)) as VerifiedTokens;
        expect(renewed.tokens.idToken).not.toBe(tokens.idToken);
        expect(renewed.tokens.refreshToken).toBe(tokens.refreshToken);
        expect(renewed.claims.exp).toBe(Number(claims.exp) + 100);
      });

      it("takes a new refresh token when one comes back, and is refused when it uses the old one again", async () => {
        const { tokens } = await logIn();
        stub.misbehave("rotating-refresh-tokens");
        const renewed = (await provider.refresh(tokens)) as VerifiedTokens;
        expect(renewed.tokens.refreshToken).not.toBe(tokens.refreshToken);
        expect(await provider.refresh(tokens)).toBe("refused");
      });

      it("works for tokens whose id token has expired", async () => {
        const { tokens } = await logIn();
        harness.passSeconds(10_000);
        expect(await provider.refresh(tokens)).not.toBe("refused");
      });

      it("is refused once the provider has revoked the grant", async () => {
        const { tokens } = await logIn();
        stub.state.grants.revokeEverything();
        expect(await provider.refresh(tokens)).toBe("refused");
      });

      for (const flaw of answerFlaws) {
        const outcome = refreshOutcomes[flaw];
        it(`is ${outcome} when the token endpoint errs: ${flaw}`, async () => {
          const { tokens } = await logIn();
          const renewal = withFlaw(flaw, () => provider.refresh(tokens));
          if (outcome === "down") {
            await expect(renewal).rejects.toBeInstanceOf(ProviderDown);
            expect(await provider.refresh(tokens)).not.toBe("refused");
          } else if (outcome === "refused") expect(await renewal).toBe("refused");
          else expect((await renewal) as VerifiedTokens).toHaveProperty("claims.sub", "subject-of-alice");
        });
      }

      for (const flaw of tokenFlaws.filter(
        (name) => !harmlessWithoutNonce.has(name) || name === "no-subject",
      )) {
        it(`is refused with an id token that is wrong: ${flaw}`, async () => {
          const { tokens } = await logIn();
          expect(await withFlaw(flaw, () => provider.refresh(tokens))).toBe("refused");
        });
      }

      it("is down, and nothing is lost, when no id token comes back and the old one has expired", async () => {
        const { tokens } = await logIn();
        harness.passSeconds(10_000);
        await expect(withFlaw("no-id-token", () => provider.refresh(tokens))).rejects.toBeInstanceOf(
          ProviderDown,
        );
        expect(await provider.refresh(tokens)).not.toBe("refused");
      });

      it("survives a change of keys right after a fetch of the old ones", async () => {
        const { tokens } = await logIn();
        await stub.rotateKeys("second", { keepOld: false });
        expect(await provider.refresh(tokens)).not.toBe("refused");
      });

      it("is down while nobody listens, and works again afterwards", async () => {
        const { tokens } = await logIn();
        await stub.goAway();
        await expect(provider.refresh(tokens)).rejects.toBeInstanceOf(ProviderDown);
        await stub.comeBack();
        expect(await provider.refresh(tokens)).not.toBe("refused");
      });
    });

    describe("verification", () => {
      it("takes each client's tokens for its own audience only", async () => {
        const app = await stub.idToken({}, "app");
        const cli = await stub.idToken({}, "cli");
        expect(await provider.verify(app, "app")).toMatchObject({ outcome: "valid" });
        expect(await provider.verify(cli, "cli")).toMatchObject({
          outcome: "valid",
          claims: { preferred_username: "alice" },
        });
        expect(await provider.verify(app, "cli")).toMatchObject({ outcome: "invalid" });
        expect(await provider.verify(cli, "app")).toMatchObject({ outcome: "invalid" });
      });

      it("takes several audiences when the token names us as its authorised party", async () => {
        const token = await stub.idToken({ aud: ["cli-client", "somebody-else"], azp: "cli-client" });
        expect(await provider.verify(token, "cli")).toMatchObject({ outcome: "valid" });
      });

      for (const audience of ["app", "cli"] as const) {
        for (const flaw of tokenFlaws) {
          const harmless = harmlessWithoutNonce.has(flaw);
          const outcome = harmless ? "valid" : flaw === "expired" ? "expired" : "invalid";
          it(`says ${outcome} for the ${audience} client: ${flaw}`, async () => {
            const token = await withFlaw(flaw, () => stub.idToken({}, audience));
            expect(await provider.verify(token, audience)).toMatchObject({ outcome });
            expect(stub.state.calls["strangers-keys"]).toBe(0);
          });
        }
      }

      it("says expired at the second of expiry, also for a token that was valid before", async () => {
        const token = await stub.idToken();
        expect(await provider.verify(token, "cli")).toMatchObject({ outcome: "valid" });
        harness.passSeconds(299);
        expect(await provider.verify(token, "cli")).toMatchObject({ outcome: "valid" });
        harness.passSeconds(1);
        expect(await provider.verify(token, "cli")).toEqual({ outcome: "expired" });
      });

      it("says expired only when all the rest is well", async () => {
        const exp = stub.state.options.now() - 10;
        stub.misbehave("bad-signature");
        expect(await provider.verify(await stub.idToken({ exp }), "cli")).toMatchObject({
          outcome: "invalid",
        });
        stub.behave();
        const other = await stub.idToken({ exp, token_use: "access" });
        expect(await provider.verify(other, "cli")).toMatchObject({ outcome: "invalid" });
      });

      it("forgives the provider's clock five seconds and no more", async () => {
        const now = stub.state.options.now();
        for (const claim of ["iat", "nbf"]) {
          const ahead = await stub.idToken({ [claim]: now + 5 });
          expect(await provider.verify(ahead, "cli")).toMatchObject({ outcome: "valid" });
          const tooFar = await stub.idToken({ [claim]: now + 6 });
          expect(await provider.verify(tooFar, "cli")).toMatchObject({ outcome: "invalid" });
        }
      });

      it("says invalid for text that is no token at all", async () => {
        for (const text of ["", "x", "a.b.c", "....", `${"a".repeat(20_000)}.b.c`]) {
          expect(await provider.verify(text, "cli")).toMatchObject({ outcome: "invalid" });
        }
      });

      for (const flaw of [...keySetFlaws, ...discoveryFlaws]) {
        it(`is an outage, not a verdict, when what it needs cannot be had: ${flaw}`, async () => {
          const token = await stub.idToken();
          await expect(withFlaw(flaw, () => provider.verify(token, "cli"))).rejects.toBeInstanceOf(
            ProviderDown,
          );
          await expect(withFlaw(flaw, () => provider.ready())).rejects.toBeInstanceOf(ProviderDown);
          harness.passSeconds(2);
          expect(await provider.verify(token, "cli")).toMatchObject({ outcome: "valid" });
        });
      }

      it("goes on while the provider is away, once it knows the keys", async () => {
        await provider.ready();
        const first = await stub.idToken();
        await stub.goAway();
        for (const seconds of [0, 60, 4000, 100_000]) {
          harness.passSeconds(seconds);
          expect(await provider.verify(await stub.idToken({}, "app"), "app")).toMatchObject({
            outcome: "valid",
          });
        }
        expect(await provider.verify(first, "cli")).toEqual({ outcome: "expired" });
        await stub.comeBack();
      });
    });

    describe("logout", () => {
      it("speaks to Cognito and to the standard at once, keeping the endpoint's own query", async () => {
        const url = new URL(await provider.endSessionUrl("https://lab.example/", "an.id.token"));
        expect(url.origin + url.pathname).toBe(`${stub.issuer}/logout`);
        expect(Object.fromEntries(url.searchParams)).toEqual({
          realm: "lab",
          client_id: "app-client",
          logout_uri: "https://lab.example/",
          post_logout_redirect_uri: "https://lab.example/",
          id_token_hint: "an.id.token",
        });
      });

      it("leaves the hint out when there is no id token, or one too long for a URL", async () => {
        for (const token of [undefined, "x".repeat(5000)]) {
          const url = new URL(await provider.endSessionUrl("https://lab.example/", token));
          expect(url.searchParams.has("id_token_hint")).toBe(false);
        }
      });
    });
  });
};
