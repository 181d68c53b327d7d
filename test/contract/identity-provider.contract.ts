import { afterEach, beforeEach, describe, expect } from "vitest";
import type { Harness } from "./identity-provider/harness.ts";
import { loginContract } from "./identity-provider/login.ts";
import { logoutContract } from "./identity-provider/logout.ts";
import { logoutTokenContract } from "./identity-provider/logout-token.ts";
import { refreshContract } from "./identity-provider/refresh.ts";
import { revocationContract } from "./identity-provider/revocation.ts";
import { userinfoContract } from "./identity-provider/userinfo.ts";
import { verificationContract } from "./identity-provider/verification.ts";

export type { Harness } from "./identity-provider/harness.ts";

/** `timeout`: of each request to the provider, in seconds; long where nothing is meant to be slow. */
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
      expect(harness.stub.state.calls["strangers-keys"], "went where a token or a redirect sent it").toBe(0);
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
