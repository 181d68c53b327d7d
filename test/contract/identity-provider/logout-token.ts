import { beforeEach, describe, expect, it } from "vitest";
import { ProviderDown } from "../../../src/domain/failure.ts";
import type { TokenFault } from "../../support/stub-provider/fault.ts";
import type { LogoutTokenOptions } from "../../support/stub-provider/logout-token.ts";
import { logoutEvent } from "../../support/stub-provider/logout-token.ts";
import type { Harness } from "./harness.ts";
import { earlyFaults, withFault } from "./harness.ts";

type Claims = { readonly [claim: string]: unknown };
type Row = [what: string, claims: (now: number) => Claims, wrong?: LogoutTokenOptions];

const accepted: Row[] = [
  ["names a person", () => ({ sub: "somebody" })],
  ["names a session alone", () => ({ sub: undefined, sid: "session-1" })],
  ["names both", () => ({ sub: "somebody", sid: "session-1" })],
  ["says of what it does not name that it is null", () => ({ sub: "somebody", sid: null })],
  ["has no exp, as providers before the final standard send it", () => ({ exp: undefined })],
  ["has the type of any JWT", () => ({}), { type: "JWT" }],
  ["has no type", () => ({}), { type: undefined }],
  ["has its type as a media type", () => ({}), { type: "application/logout+jwt" }],
  ["is for several audiences", () => ({ aud: ["another", "app-client"] })],
  ["is from a clock a little ahead", (now) => ({ iat: now + 4 })],
  ["is a few minutes old", (now) => ({ iat: now - 500 })],
];

const signatureFaults: TokenFault[] = [
  "wrong-issuer",
  "wrong-audience",
  "none-algorithm",
  "hs256-with-public-key",
  "key-in-header-jwk",
  "key-in-header-jku",
  "key-in-header-x5u",
  "unknown-kid",
  "bad-signature",
  "exp-not-a-number",
  "expired",
  "iat-not-a-number",
  "unknown-critical-header",
  "not-a-jwt",
];

const refused: Row[] = [
  ...signatureFaults.map((fault): Row => [fault, () => ({}), { fault }]),
  ["it has another token's type", () => ({}), { type: "at+jwt" }],
  ["it is the CLI client's", () => ({ aud: "cli-client" })],
  ["it has no audience", () => ({ aud: undefined })],
  ["it has no issuer", () => ({ iss: undefined })],
  ["it has no iat", () => ({ iat: undefined })],
  ["it is old, whatever its exp says", (now) => ({ iat: now - 700, exp: now + 3600 })],
  ["it is old and has no exp", (now) => ({ iat: now - 700, exp: undefined })],
  ["it has a nonce", () => ({ nonce: "a nonce" })],
  ["it has an empty nonce", () => ({ nonce: null })],
  ["it has no events", () => ({ events: undefined })],
  ["its events are a list", () => ({ events: [logoutEvent] })],
  ["its events are others", () => ({ events: { "https://example.org/event": {} } })],
  ["its event is no object", () => ({ events: { [logoutEvent]: true } })],
  ["its event is null", () => ({ events: { [logoutEvent]: null } })],
  ["it has no jti", () => ({ jti: undefined })],
  ["its jti is empty", () => ({ jti: "" })],
  ["its jti is a number", () => ({ jti: 7 })],
  ["its jti has no end", () => ({ jti: "x".repeat(5000) })],
  ["it names neither a person nor a session", () => ({ sub: undefined })],
  ["its sub is no text", () => ({ sub: 7, sid: "session-1" })],
  ["its sid is empty", () => ({ sid: "" })],
];

export const logoutTokenContract = (current: () => Harness): void => {
  describe("a logout token", () => {
    let harness: Harness;
    beforeEach(() => {
      harness = current();
    });

    const verify = async (claims: (now: number) => Claims, wrong?: LogoutTokenOptions) => {
      const token = await harness.stub.logoutToken(claims(harness.stub.state.options.now()), wrong);
      return harness.provider.verifyLogout(token);
    };

    it.each(accepted)("is accepted when it %s", async (_, claims, wrong) => {
      expect(await verify(claims, wrong)).toMatchObject({ outcome: "valid" });
    });

    it("says whom it is about, and its own name", async () => {
      expect(await verify(() => ({ jti: "notice-1", sub: "somebody", sid: "session-1" }))).toEqual({
        outcome: "valid",
        claims: { id: "notice-1", subject: "somebody", providerSession: "session-1" },
      });
    });

    it.each(refused)("is refused: %s", async (_, claims, wrong) => {
      expect(await verify(claims, wrong)).toMatchObject({ outcome: "invalid", reason: expect.any(String) });
    });

    it.each([...earlyFaults])("is not judged while the clocks are in doubt: %s", async (fault) => {
      await expect(verify(() => ({}), { fault })).rejects.toThrow(ProviderDown);
      expect(await verify(() => ({ sub: undefined }), { fault })).toMatchObject({ outcome: "invalid" });
    });

    it("is not what an id token is", async () => {
      const idToken = await harness.stub.idToken({ jti: "an id" }, "app");
      expect(await harness.provider.verifyLogout(idToken)).toMatchObject({ outcome: "invalid" });
    });

    it("may be signed by a key that the provider has changed to since", async () => {
      await verify(() => ({}));
      await harness.stub.rotateKeys("second");
      harness.passSeconds(31);
      expect(await verify(() => ({}))).toMatchObject({ outcome: "valid" });
    });

    it("is not judged when the keys cannot be had", async () => {
      const verified = withFault(harness, "jwks-500", () => verify(() => ({})));
      await expect(verified).rejects.toThrow(ProviderDown);
    });
  });
};
