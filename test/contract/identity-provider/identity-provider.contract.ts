import { afterEach, beforeEach, describe, expect } from "vitest";
import type { Harness } from "./harness.ts";
import { loginContract } from "./login.ts";
import { logoutContract } from "./logout.ts";
import { logoutTokenContract } from "./logout-token.ts";
import { refreshContract } from "./refresh.ts";
import { revocationContract } from "./revocation.ts";
import { userinfoContract } from "./userinfo.ts";
import { verificationContract } from "./verification.ts";

export type { Harness } from "./harness.ts";

/** @param timeout Of each request to the provider, in seconds; short for tests with slow responses. */
export type Open = (timeout: number) => Promise<Harness>;

const isSlow = (title: string): boolean => /\bslow$/.test(title);

export const identityProviderContract = (adapter: string, open: Open): void => {
  describe(`IdentityProvider in ${adapter}`, () => {
    let harness: Harness;
    const current = (): Harness => harness;

    beforeEach(async ({ task }) => {
      harness = await open(isSlow(task.name) ? 0.2 : 5);
    });
    afterEach(async () => {
      await harness.close();
      expect(harness.stub.state.calls["attacker-keys"], "followed a redirect or a URL in a token").toBe(0);
    });

    loginContract(current);
    refreshContract(current);
    verificationContract(current);
    logoutContract(current);
    logoutTokenContract(current);
    revocationContract(current);
    userinfoContract(current);
  });
};
