import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import { systemRandom } from "../../../src/adapters/system/random.ts";
import { readConfiguration } from "../../../src/app/config/configuration.ts";
import { openExternal } from "../../../src/app/config/identity-provider.ts";
import { closers as newClosers } from "../../../src/app/runtime/closers.ts";
import { ProviderDown, SignInFailed } from "../../../src/domain/failure.ts";
import type { LoginAttempt } from "../../../src/domain/sessions/login-attempt.ts";
import { home } from "../../../src/domain/sessions/return-path.ts";
import type { TokenSet } from "../../../src/domain/sessions/token-set.ts";
import type {
  IdentityProvider,
  VerifiedTokens,
} from "../../../src/ports/driven/identity/identity-provider.ts";
import type { LabProvider } from "../../support/lab-providers/lab-provider.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { providerCookies, tokenOfCommandLine } from "../../support/sessions/provider-browser.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

export interface ProviderTraits {
  /** Whether refresh responses have an id token, which is optional (OpenID Connect Core section 12.2). */
  readonly renewsIdTokens: boolean;
  /** Whether it rejects refresh tokens with an error code (RFC 6749 section 5.2); without one, that is an outage. */
  readonly saysWhy: boolean;
}

/** The part of a provider that the contract needs. */
export type RunningProvider = Pick<LabProvider, "environment" | "commandLine" | "tokenLifetime" | "approve">;

const codebase = fileURLToPath(new URL("../../../", import.meta.url));

/** The part of the port's contract that needs no faults, with a real provider. */
export const runningProviderContract = (
  name: string,
  current: () => { readonly lab: RunningProvider; readonly origin: string },
  { renewsIdTokens, saysWhy }: ProviderTraits,
): void => {
  describe(`IdentityProvider at a running ${name}`, () => {
    const closers = newClosers();
    const random = systemRandom();
    let provider: IdentityProvider;
    let lab: RunningProvider;
    let attempt: LoginAttempt;

    beforeAll(async () => {
      const { path, remove } = await temporaryFolder();
      lab = current().lab;
      const { environment } = lab;
      const configuration = await readConfiguration({ environment, codebase, workingFolder: path });
      await remove();
      const parts = { configuration, clock: systemClock(), log: recordingLog(), closers };
      provider = (await openExternal(parts)).identityProvider;
    });
    afterAll(() => closers.closeAll());
    beforeEach(() => {
      attempt = {
        state: random.text(32),
        nonce: random.text(32),
        codeVerifier: random.text(43),
        redirectUri: `${current().origin}/logged-in`,
        returnTo: home,
        begun: 0,
      };
    });

    const callback = async (): Promise<string> =>
      (await lab.approve(providerCookies(), await provider.authorizationUrl(attempt), "vera")).search;
    const logIn = async (): Promise<VerifiedTokens> => provider.redeemCode(attempt, await callback());

    const expectRefused = async (tokens: TokenSet): Promise<void> => {
      const refreshed = provider.refresh(tokens);
      if (saysWhy) expect(await refreshed).toBe("refused");
      else await expect(refreshed).rejects.toThrow(ProviderDown);
    };

    it("is ready", async () => {
      await provider.ready();
      expect((await provider.metadata()).issuer).toBe(lab.environment["OIDC_IDP_URL"]);
    });

    it("returns three tokens, with an id token for the app client and not for the CLI", async () => {
      const { tokens, claims } = await logIn();
      expect([tokens.accessToken, tokens.refreshToken]).not.toContain("");
      expect(await provider.verify(tokens, "app")).toEqual({ outcome: "valid", claims });
      expect(await provider.verify(tokens, "cli")).toMatchObject({ outcome: "invalid" });
    });

    it("fails a login with a code that was used, with another verifier, and with another state", async () => {
      const query = await callback();
      const codeVerifier = random.text(43);
      await expect(provider.redeemCode({ ...attempt, codeVerifier }, query)).rejects.toThrow(SignInFailed);
      const state = random.text(32);
      await expect(provider.redeemCode({ ...attempt, state }, query)).rejects.toThrow(SignInFailed);
      const again = await callback();
      await provider.redeemCode(attempt, again);
      await expect(provider.redeemCode(attempt, again)).rejects.toThrow(SignInFailed);
    });

    it("accepts the CLI's id tokens for the CLI client only, and no modified ones", async () => {
      const idToken = await tokenOfCommandLine(lab.commandLine, lab.approve, "vera");
      expect(await provider.verify({ idToken }, "cli")).toMatchObject({ outcome: "valid" });
      expect(await provider.verify({ idToken }, "app")).toMatchObject({ outcome: "invalid" });
      const [header, , signature] = idToken.split(".");
      const payload = Buffer.from('{"sub":"somebody"}').toString("base64url");
      const changed = { idToken: `${header}.${payload}.${signature}` };
      expect(await provider.verify(changed, "cli")).toMatchObject({ outcome: "invalid" });
    });

    it("renews tokens that have expired, repeatedly", async () => {
      const { tokens, claims } = await logIn();
      await delay((lab.tokenLifetime + 1.2) * 1000);
      expect(await provider.verify(tokens, "app")).toEqual({ outcome: "expired" });
      const renewed = await provider.refresh(tokens);
      if (renewed === "refused") return expect.unreachable();
      if (renewsIdTokens) expect(renewed).toHaveProperty("claims.sub", claims["sub"]);
      else expect(renewed).toMatchObject({ claims: undefined, because: "missing" });
      expect(await provider.refresh(renewed.tokens)).not.toBe("refused");
    });

    it("does not renew with a refresh token that was never issued", async () => {
      const { tokens } = await logIn();
      await expectRefused({ ...tokens, refreshToken: random.text(43) });
    });

    it("returns userinfo of the right person, and only for its own access tokens", async () => {
      const { tokens, claims } = await logIn();
      const subject = String(claims["sub"]);
      expect(await provider.userinfo(tokens, subject)).toMatchObject({ sub: subject });
      await expect(provider.userinfo(tokens, "somebody-else")).rejects.toThrow(ProviderDown);
      const accessToken = random.text(43);
      // Dex answers 403, which RFC 6750 section 3.1 defines for other cases.
      const userinfo = provider.userinfo({ ...tokens, accessToken }, subject);
      const result: unknown = await userinfo.catch((error: unknown) => error);
      if (!(result instanceof ProviderDown)) expect(result).toBe("refused");
    });

    it("revokes a refresh token, if it has a revocation endpoint", async () => {
      const { tokens } = await logIn();
      await provider.revoke(tokens);
      const { revocation_endpoint: endpoint } = await provider.metadata();
      if (endpoint === undefined) expect(await provider.refresh(tokens)).not.toBe("refused");
      else await expectRefused(tokens);
    });

    it("has a logout URL, if the provider has an end session endpoint", async () => {
      const { end_session_endpoint: endpoint } = await provider.metadata();
      const url = await provider.endSessionUrl(current().origin, undefined);
      expect(url?.replace(/\?.*/, "")).toBe(endpoint);
    });
  });
};
