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

const useless = {
  tokens: { refreshToken: expect.any(String) },
  claims: undefined,
  because: "wrong-subject",
};
const overdue = { ...useless, because: "expired" };

export const refreshContract = (current: () => Harness): void => {
  describe("refresh", () => {
    let harness: Harness;
    beforeEach(() => {
      harness = current();
    });

    it("brings new tokens, and keeps the refresh token when none comes back", async () => {
      const { tokens, claims } = await logIn(harness);
      harness.passSeconds(100);
      const renewed = (await harness.provider.refresh(tokens)) as VerifiedTokens;
      expect(renewed.tokens.idToken).not.toBe(tokens.idToken);
      expect(renewed.tokens.refreshToken).toBe(tokens.refreshToken);
      expect(renewed.claims.exp).toBe(Number(claims.exp) + 100);
    });

    it("takes a new refresh token when one comes back, and is refused when it uses the old one again", async () => {
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
      it(`is ${outcome} when the token endpoint errs: ${fault}`, async () => {
        const { tokens } = await logIn(harness);
        const renewal = withFault(harness, fault, () => harness.provider.refresh(tokens));
        if (outcome === "down") {
          await expect(renewal).rejects.toBeInstanceOf(ProviderDown);
          expect(await harness.provider.refresh(tokens)).not.toBe("refused");
        } else if (outcome === "refused") expect(await renewal).toBe("refused");
        else if (outcome === "useless") expect((await renewal) as UntrustedTokens).toMatchObject(useless);
        else expect((await renewal) as VerifiedTokens).toHaveProperty("claims.sub", "subject-of-alice");
      });
    }

    for (const fault of earlyFaults) {
      it(`brings new tokens when only our clock is behind: ${fault}`, async () => {
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
      it(`is in doubt with an id token that is wrong, and still knows whose it was: ${fault}`, async () => {
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

    it("says of an id token that is wrong only in its time that it has expired, and brings what came with it", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("rotating-refresh-tokens");
      const renewed = await withFault(harness, "expired", () => harness.provider.refresh(tokens));
      if (renewed === "refused") return expect.unreachable();
      expect(renewed).toMatchObject(overdue);
      expect(renewed.tokens.idToken).not.toBe(tokens.idToken);
      expect(await harness.provider.refresh(renewed.tokens)).toHaveProperty("claims.sub", "subject-of-alice");
    });

    it("brings useless tokens with another person's id token, whether it has expired or not", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("other-subject-on-refresh");
      const renewal = withFault(harness, "expired", () => harness.provider.refresh(tokens));
      expect(await renewal).toMatchObject(useless);
    });

    it("brings the refresh token with another person's id token, so that it can be revoked", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("other-subject-on-refresh");
      const renewed = await harness.provider.refresh(tokens);
      if (renewed === "refused") return expect.unreachable();
      expect(renewed.claims).toBeUndefined();
      await harness.provider.revoke(renewed.tokens);
      expect(harness.stub.state.grants.isRevoked(renewed.tokens.refreshToken)).toBe(true);
    });

    it("says that an old id token is no longer good when none comes back, though its key is gone too", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("no-id-token");
      await harness.stub.rotateKeys("second", { keepOld: false });
      await harness.provider.verify({ idToken: await harness.stub.idToken({}, "app") }, "app");
      const cause = new Error("The token is signed by an unknown key.");
      expect(await harness.provider.refresh(tokens)).toMatchObject({ because: "unverifiable", cause });
      harness.passSeconds(10_000);
      expect(await harness.provider.refresh(tokens)).toMatchObject({ because: "missing" });
    });

    it("keeps the old id token when none comes back, while it is good, and says so when it is no longer", async () => {
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
      expect(later).toMatchObject({ ...overdue, because: "missing", tokens: { idToken: tokens.idToken } });
    });

    it("survives a change of keys right after a fetch of the old ones", async () => {
      const { tokens } = await logIn(harness);
      await harness.stub.rotateKeys("second", { keepOld: false });
      expect(await harness.provider.refresh(tokens)).not.toBe("refused");
    });

    it("is down while nobody listens, and works again afterwards", async () => {
      const { tokens } = await logIn(harness);
      await harness.stub.refuseConnections();
      await expect(harness.provider.refresh(tokens)).rejects.toBeInstanceOf(ProviderDown);
      await harness.stub.acceptConnections();
      expect(await harness.provider.refresh(tokens)).not.toBe("refused");
    });
  });
};
