import { beforeEach, describe, expect, it } from "vitest";
import { ProviderDown } from "../../../src/domain/failure.ts";
import type {
  UntrustedTokens,
  VerifiedTokens,
} from "../../../src/ports/driven/identity/identity-provider.ts";
import { tokenFaults, tokenResponseFaults } from "../../support/stub-provider/fault.ts";
import {
  earlyFaults,
  type Harness,
  harmlessWithoutNonce,
  logIn,
  refreshOutcomes,
  withFault,
} from "./harness.ts";

const wrongSubject = {
  tokens: { refreshToken: expect.any(String) },
  claims: undefined,
  because: "wrong-subject",
};
const expired = { ...wrongSubject, because: "expired" };

export const refreshContract = (current: () => Harness): void => {
  describe("refresh", () => {
    let harness: Harness;
    beforeEach(() => {
      harness = current();
    });

    it("returns new tokens, with the old refresh token when the response has none", async () => {
      const { tokens, claims } = await logIn(harness);
      harness.passSeconds(100);
      const renewed = (await harness.provider.refresh(tokens)) as VerifiedTokens;
      expect(renewed.tokens.idToken).not.toBe(tokens.idToken);
      expect(renewed.tokens.refreshToken).toBe(tokens.refreshToken);
      expect(renewed.claims.exp).toBe(Number(claims.exp) + 100);
    });

    it("returns the new refresh token of a response, and is refused with the old one then", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("rotating-refresh-tokens");
      const renewed = (await harness.provider.refresh(tokens)) as VerifiedTokens;
      expect(renewed.tokens.refreshToken).not.toBe(tokens.refreshToken);
      expect(await harness.provider.refresh(tokens)).toBe("refused");
    });

    it("works for tokens whose id token has expired", async () => {
      const { tokens } = await logIn(harness);
      harness.passSeconds(10_000);
      expect(await harness.provider.refresh(tokens)).not.toBe("refused");
    });

    it("is refused once the provider has revoked the grant", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.state.grants.revokeAll();
      expect(await harness.provider.refresh(tokens)).toBe("refused");
    });

    for (const fault of tokenResponseFaults) {
      const outcome = refreshOutcomes[fault];
      it(`is ${outcome} with a faulty token response: ${fault}`, async () => {
        const { tokens } = await logIn(harness);
        const renewal = withFault(harness, fault, () => harness.provider.refresh(tokens));
        if (outcome === "down") {
          await expect(renewal).rejects.toBeInstanceOf(ProviderDown);
          expect(await harness.provider.refresh(tokens)).not.toBe("refused");
        } else if (outcome === "refused") expect(await renewal).toBe("refused");
        else if (outcome === "wrong-subject")
          expect((await renewal) as UntrustedTokens).toMatchObject(wrongSubject);
        else expect((await renewal) as VerifiedTokens).toHaveProperty("claims.sub", "subject-of-alice");
      });
    }

    for (const fault of earlyFaults) {
      it(`returns new tokens when only the server's clock is behind: ${fault}`, async () => {
        const { tokens } = await logIn(harness);
        const renewed = await withFault(harness, fault, () => harness.provider.refresh(tokens));
        expect(renewed).toHaveProperty("claims.sub", "subject-of-alice");
      });
    }

    for (const fault of tokenFaults.filter(
      (name) =>
        name !== "expired" &&
        (name === "no-subject" || !(harmlessWithoutNonce.has(name) || earlyFaults.has(name))),
    )) {
      it(`returns untrusted tokens with the old id token when the new one is invalid: ${fault}`, async () => {
        const { tokens } = await logIn(harness);
        harness.stub.injectFault("rotating-refresh-tokens");
        const renewed = await withFault(harness, fault, () => harness.provider.refresh(tokens));
        if (renewed === "refused") return expect.unreachable();
        const unverifiable = { claims: undefined, because: "unverifiable", cause: expect.any(Error) };
        expect(renewed).toMatchObject(unverifiable);
        expect(await harness.provider.refresh(renewed.tokens)).toHaveProperty(
          "claims.sub",
          "subject-of-alice",
        );
      });
    }

    it("returns untrusted tokens with an id token that has expired", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("rotating-refresh-tokens");
      const renewed = await withFault(harness, "expired", () => harness.provider.refresh(tokens));
      if (renewed === "refused") return expect.unreachable();
      expect(renewed).toMatchObject(expired);
      expect(renewed.tokens.idToken).not.toBe(tokens.idToken);
      expect(await harness.provider.refresh(renewed.tokens)).toHaveProperty("claims.sub", "subject-of-alice");
    });

    it("returns untrusted tokens with another person's id token, also if it has expired", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("other-subject-on-refresh");
      const renewal = withFault(harness, "expired", () => harness.provider.refresh(tokens));
      expect(await renewal).toMatchObject(wrongSubject);
    });

    it("returns the refresh token with another person's id token, so that it can be revoked", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("other-subject-on-refresh");
      const renewed = await harness.provider.refresh(tokens);
      if (renewed === "refused") return expect.unreachable();
      expect(renewed.claims).toBeUndefined();
      await harness.provider.revoke(renewed.tokens);
      expect(harness.stub.state.grants.isRevoked(renewed.tokens.refreshToken)).toBe(true);
    });

    it("is unverifiable without a new id token when the old one's key is withdrawn, and missing when that has expired", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("no-id-token");
      await harness.stub.rotateKeys("second", { keepOld: false });
      await harness.provider.verify({ idToken: await harness.stub.idToken({}, "app") }, "app");
      const cause = new Error("The token is signed by an unknown key.");
      expect(await harness.provider.refresh(tokens)).toMatchObject({ because: "unverifiable", cause });
      harness.passSeconds(10_000);
      expect(await harness.provider.refresh(tokens)).toMatchObject({ because: "missing" });
    });

    it("keeps the old id token until it expires, when the response has none", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("rotating-refresh-tokens");
      harness.stub.injectFault("no-id-token");
      const renewed = await harness.provider.refresh(tokens);
      if (renewed === "refused") return expect.unreachable();
      expect(renewed.claims).toHaveProperty("sub", "subject-of-alice");
      expect(renewed.tokens).toMatchObject({ idToken: tokens.idToken });
      expect(renewed.tokens.refreshToken).not.toBe(tokens.refreshToken);
      harness.passSeconds(10_000);
      const later = await harness.provider.refresh(renewed.tokens);
      expect(later).toMatchObject({ ...expired, because: "missing", tokens: { idToken: tokens.idToken } });
    });

    it("works after a key rotation right after a fetch of the key set", async () => {
      const { tokens } = await logIn(harness);
      await harness.stub.rotateKeys("second", { keepOld: false });
      expect(await harness.provider.refresh(tokens)).not.toBe("refused");
    });

    it("is down while connections are refused, and works again afterwards", async () => {
      const { tokens } = await logIn(harness);
      await harness.stub.refuseConnections();
      await expect(harness.provider.refresh(tokens)).rejects.toBeInstanceOf(ProviderDown);
      await harness.stub.acceptConnections();
      expect(await harness.provider.refresh(tokens)).not.toBe("refused");
    });
  });
};
