import { beforeEach, describe, expect, it } from "vitest";
import { ProviderDown } from "../../../src/domain/failure.ts";
import { revocationFlaws } from "../../support/stub-provider/flaw.ts";
import type { Harness } from "./harness.ts";
import { logIn, withFlaw } from "./harness.ts";

export const revocationContract = (current: () => Harness): void => {
  describe("a revocation", () => {
    let harness: Harness;
    beforeEach(() => {
      harness = current();
    });

    it("takes the refresh token out of use", async () => {
      const { tokens } = await logIn(harness);
      await harness.provider.revoke(tokens);
      expect(harness.stub.state.revoked).toEqual([tokens.refreshToken]);
      expect(await harness.provider.refresh(tokens)).toBe("refused");
    });

    it("may be asked for twice", async () => {
      const { tokens } = await logIn(harness);
      await harness.provider.revoke(tokens);
      await harness.provider.revoke(tokens);
    });

    it.each(revocationFlaws)("is an outage when the provider's answer is %s", async (flaw) => {
      const { tokens } = await logIn(harness);
      const revoked = withFlaw(harness, flaw, () => harness.provider.revoke(tokens));
      if (flaw === "revocation-html") await revoked;
      else await expect(revoked).rejects.toThrow(ProviderDown);
    });
  });
};
