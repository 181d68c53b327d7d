import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { ProviderDown, SignInFailed } from "../../../src/domain/failure.ts";
import {
  callbackFaults,
  type TokenResponseFault,
  tokenFaults,
  tokenResponseFaults,
} from "../../support/stub-provider/fault.ts";
import { attempt, callback, type Harness, keyFaults, logIn, refreshOutcomes, withFault } from "./harness.ts";

const loginOutcomes: { readonly [Name in TokenResponseFault]: "failed" | "down" | "done" } = {
  ...(Object.fromEntries(
    Object.entries(refreshOutcomes).map(([fault, outcome]) => [
      fault,
      outcome === "down" ? "down" : "failed",
    ]),
  ) as { [Name in TokenResponseFault]: "failed" | "down" }),
  slow: "down",
  "redeemed-but-slow": "down",
  "rotating-refresh-tokens": "done",
  "other-subject-on-refresh": "done",
  "no-access-token": "failed",
  "other-400": "failed",
  "invalid-client": "failed",
};

export const loginContract = (current: () => Harness): void => {
  describe("login", () => {
    let harness: Harness;
    beforeEach(() => {
      harness = current();
    });

    it("has an authorization request with all parameters of the code flow, and the query of the endpoint", async () => {
      const url = new URL(await harness.provider.authorizationUrl(attempt));
      expect(url.origin + url.pathname).toBe(`${harness.stub.issuer}/authorize`);
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

    it("returns three tokens and the id token's claims", async () => {
      const { tokens, claims } = await logIn(harness);
      expect(claims).toMatchObject({
        sub: "subject-of-alice",
        preferred_username: "alice",
        groups: ["blab/owners"],
      });
      expect(tokens.accessToken).toMatch(/^an-access-token/);
      expect(tokens.refreshToken).not.toBe("");
      expect(await harness.provider.verify({ idToken: tokens.idToken }, "app")).toEqual({
        outcome: "valid",
        claims,
      });
    });

    it("fails with a code that was used before", async () => {
      const query = await callback(harness);
      await harness.provider.redeemCode(attempt, query);
      await expect(harness.provider.redeemCode(attempt, query)).rejects.toMatchObject({
        reason: "invalid_grant",
      });
    });

    it("fails with another attempt's code verifier", async () => {
      const query = await callback(harness);
      const other = { ...attempt, codeVerifier: "another-verifier-of-43-characters-012345678" };
      await expect(harness.provider.redeemCode(other, query)).rejects.toBeInstanceOf(SignInFailed);
    });

    for (const fault of callbackFaults) {
      it(`fails without a token request: ${fault}`, async () => {
        const query = await withFault(harness, fault, () => callback(harness));
        await expect(harness.provider.redeemCode(attempt, query)).rejects.toBeInstanceOf(SignInFailed);
        expect(harness.stub.state.calls.token).toBe(0);
      });
    }

    for (const fault of tokenFaults.filter((name) => name !== "no-username")) {
      it(`fails with an invalid id token: ${fault}`, async () => {
        const kind = keyFaults.has(fault) ? ProviderDown : SignInFailed;
        await expect(withFault(harness, fault, () => logIn(harness))).rejects.toBeInstanceOf(kind);
      });
    }

    it("does not require the username claim: no-username", async () => {
      expect((await withFault(harness, "no-username", () => logIn(harness))).claims).not.toHaveProperty(
        "preferred_username",
      );
    });

    for (const fault of tokenResponseFaults) {
      const outcome = loginOutcomes[fault];
      it(`is ${outcome} with a faulty token response: ${fault}`, async () => {
        const login = withFault(harness, fault, () => logIn(harness));
        if (outcome === "done") await login;
        else await expect(login).rejects.toBeInstanceOf(outcome === "failed" ? SignInFailed : ProviderDown);
      });
    }

    it("throws errors without tokens and codes", async () => {
      const query = await withFault(harness, "bad-signature", () => callback(harness));
      const error: unknown = await withFault(harness, "no-access-token", () =>
        harness.provider.redeemCode(attempt, query),
      ).catch((thrown: unknown) => thrown);
      const text = inspect(error, { depth: 10 });
      expect(text).toContain("access_token");
      expect(text).not.toContain(new URLSearchParams(query).get("code"));
      expect(text).not.toMatch(/eyJ/);
    });
  });
};
