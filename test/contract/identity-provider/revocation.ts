import { beforeEach, describe, expect, it } from "vitest";
import { ProviderDown } from "../../../src/domain/failure.ts";
import { revocationFaults } from "../../support/stub-provider/fault.ts";
import type { Harness } from "./harness.ts";
import { logIn, withFault } from "./harness.ts";

export const revocationContract = (current: () => Harness): void => {
  describe("a revocation", () => {
    let harness: Harness;
    beforeEach(() => {
      harness = current();
    });

    it("revokes the refresh token", async () => {
      const { tokens } = await logIn(harness);
      await harness.provider.revoke(tokens);
      expect(harness.stub.state.revoked).toEqual([tokens.refreshToken]);
      expect(await harness.provider.refresh(tokens)).toBe("refused");
    });

    it("may be repeated", async () => {
      const { tokens } = await logIn(harness);
      await harness.provider.revoke(tokens);
      await harness.provider.revoke(tokens);
    });

    it.each(revocationFaults)(
      "is an outage with a faulty response, unless that is 200: %s",
      async (fault) => {
        const { tokens } = await logIn(harness);
        const revoked = withFault(harness, fault, () => harness.provider.revoke(tokens));
        if (fault === "revocation-html") await revoked;
        else await expect(revoked).rejects.toThrow(ProviderDown);
      },
    );
  });
};
