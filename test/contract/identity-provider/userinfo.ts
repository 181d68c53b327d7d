import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { ProviderDown } from "../../../src/domain/failure.ts";
import { userinfoFaults } from "../../support/stub-provider/fault.ts";
import { type Harness, logIn, withFault } from "./harness.ts";

export const userinfoContract = (current: () => Harness): void => {
  describe("userinfo", () => {
    let harness: Harness;
    const alice = { sub: "subject-of-alice", username: "alice", groups: [] };
    beforeEach(() => {
      harness = current();
      harness.stub.setPerson({ ...alice, userinfo: { groups: ["blab/owners"], email: "alice@lab.example" } });
    });

    it("has the claims that id tokens lack", async () => {
      const { tokens } = await logIn(harness);
      expect(await harness.provider.userinfo(tokens, alice.sub)).toEqual({
        sub: alice.sub,
        groups: ["blab/owners"],
        email: "alice@lab.example",
      });
      expect(harness.stub.state.userinfoRequests).toEqual([tokens.accessToken]);
    });

    it("is an outage with another person's claims", async () => {
      const { tokens } = await logIn(harness);
      await expect(harness.provider.userinfo(tokens, "subject-of-mallory")).rejects.toBeInstanceOf(
        ProviderDown,
      );
    });

    it("is refused for an access token that has expired", async () => {
      const { tokens } = await logIn(harness);
      harness.stub.injectFault("access-tokens-expired");
      expect(await harness.provider.userinfo(tokens, alice.sub)).toBe("refused");
    });

    for (const fault of userinfoFaults) {
      it(`is an outage with a faulty response, and never empty: ${fault}`, async () => {
        const { tokens } = await logIn(harness);
        const userinfo = withFault(harness, fault, () => harness.provider.userinfo(tokens, alice.sub));
        const error: unknown = await userinfo.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(ProviderDown);
        expect(inspect(error, { depth: 10 })).not.toMatch(/alice@lab|an-access-token/);
        if (/html|array|403|500/.test(fault))
          expect(inspect(error, { depth: 10 })).toContain("OIDC_USERINFO");
      });
    }
  });
};
